package io.quicpool.transport;

import io.quicpool.config.KeyMaterial;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A bound address at which clients connect. */
public interface Listener {

    /** {@return the bound address, with its real port} */
    InetSocketAddress localAddress();

    /** Whether clients can still connect: false when the socket failed or was closed. */
    boolean alive();

    /**
     * Replaces the certificate for clients that connect from now on. Existing connections keep theirs.
     *
     * @param certificate the private key and its certificate chain
     * @throws IOException when the engine cannot use that kind of certificate; the old one stays
     */
    void certificate(KeyMaterial certificate) throws IOException;

    /** Ends handshakes that take too long. Does not block; call it periodically. */
    void sweep();

    /** Refuses new clients from now on. Existing connections stay. */
    void stopAccepting();

    /**
     * Closes all connections, then the socket, and frees all resources, threads included. Blocks until that is done or the time is
     * over.
     *
     * @param timeout the longest wait
     * @throws InterruptedException when the thread is interrupted
     */
    boolean close(Duration timeout) throws InterruptedException;
}
