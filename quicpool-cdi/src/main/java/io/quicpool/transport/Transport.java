package io.quicpool.transport;

import java.io.IOException;

/** A QUIC engine. One instance serves every pool that asks for it; it holds nothing of its own. */
public interface Transport {

    /**
     * The name by which a configuration asks for this engine.
     *
     * @return such as {@code kwik}
     */
    String name();

    /**
     * Connects. Blocks until the handshake is done, has failed, or has taken longer than its time.
     *
     * @param spec whereto and how
     * @param events what is told of the connection; may be called before this method returns
     * @return the connection, established
     * @throws IOException when it cannot be made; the message is for people, and names the reason that TLS gave
     * @throws InterruptedException when the thread is interrupted; nothing is left open
     */
    Connection connect(ConnectSpec spec, ConnectionEvents events) throws IOException, InterruptedException;

    /**
     * Binds an address and listens on it.
     *
     * @param spec where and how
     * @param events what is told of the listener
     * @return the listener, listening
     * @throws IOException when the address cannot be bound or the certificate is of a kind that the engine cannot use
     */
    Listener listen(ListenSpec spec, ListenerEvents events) throws IOException;
}
