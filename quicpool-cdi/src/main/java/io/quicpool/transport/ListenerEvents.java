package io.quicpool.transport;

/** What a listener tells. Called on a thread of the engine: hand over and return. */
@FunctionalInterface
public interface ListenerEvents {

    /**
     * A client has connected. No stream of it is told before this method has returned.
     *
     * @param connection the connection, established; it may be closed at once
     * @return what is told of the connection from now on
     */
    ConnectionEvents connected(Connection connection);
}
