package io.quicpool.transport;

import java.net.InetSocketAddress;
import java.time.Duration;

/** A bound address at which clients connect. */
public interface Listener {

    /**
     * Where it listens.
     *
     * @return the bound address, with its real port
     */
    InetSocketAddress localAddress();

    /**
     * Whether it can still take connections; false when its socket failed or it was closed.
     *
     * @return whether it listens
     */
    boolean alive();

    /** Turns new clients away from now on; those that are connected stay. */
    void stopAccepting();

    /**
     * Closes every connection that is left, then the socket, and frees all it holds, threads included. Blocks until that is
     * done or the time is over.
     *
     * @param timeout the longest wait
     * @return whether all is freed
     * @throws InterruptedException when the thread is interrupted
     */
    boolean close(Duration timeout) throws InterruptedException;
}
