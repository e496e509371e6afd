package io.quicpool.transport;

/** Events of a connection. The engine calls these on its own threads: hand over and return. */
public interface ConnectionEvents {

    /**
     * The peer opened a stream.
     *
     * @param stream the new stream
     */
    void accepted(EngineStream stream);

    /**
     * The connection has ended, and not by {@link Connection#close} on this side. Called once.
     *
     * @param reason for people
     */
    void lost(String reason);

    /**
     * The engine has sent STOP_SENDING on a closed stream whose peer had not ended it: the connection already keeps as many such
     * streams as it may.
     */
    default void streamStopped() {}
}
