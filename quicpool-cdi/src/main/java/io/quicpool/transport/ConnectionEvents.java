package io.quicpool.transport;

/** What a connection tells. Called on a thread of the engine: hand over and return. */
public interface ConnectionEvents {

    /**
     * The peer opened a stream.
     *
     * @param stream the stream
     */
    void accepted(EngineStream stream);

    /**
     * The connection has ended otherwise than by {@link Connection#close} on this side. Called once.
     *
     * @param reason for people
     */
    void lost(String reason);

    /**
     * A stream of the peer was told to stop (STOP_SENDING): it was closed on this side, the peer has yet to end it, and as many such
     * streams are kept as may be.
     */
    default void cut() {}
}
