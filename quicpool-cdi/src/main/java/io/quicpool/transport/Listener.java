package io.quicpool.transport;

import io.quicpool.config.KeyMaterial;
import java.io.IOException;
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

    /**
     * Presents another certificate to clients that connect from now on; those that are connected keep theirs.
     *
     * @param certificate the private key and its certificates
     * @throws IOException when the certificate is of a kind that the engine cannot use; nothing has changed then
     */
    void certificate(KeyMaterial certificate) throws IOException;

    /** Gives up clients that have begun to connect and take too long. Does not block; to be called now and then. */
    void sweep();

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
