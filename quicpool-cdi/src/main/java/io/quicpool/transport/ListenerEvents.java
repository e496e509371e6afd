package io.quicpool.transport;

import java.net.InetSocketAddress;

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

    /** Why a client that begins to connect is not answered, or no longer. */
    enum Ignored {
        /** It would be turned away, and many like it come at a time. */
        UNWELCOME,
        /** As many handshakes are under way as there may be. */
        BUSY,
        /** Its first packet is not one that QUIC allows. */
        MALFORMED,
        /** It is to come back with a token that shows its address to be its own; nobody is told of it. */
        SENT_BACK,
        /** Its handshake took too long. */
        SLOW,
        /** Its handshake failed, for its application protocol or its certificate. */
        FAILED,
        /** A datagram came for a connection that belongs to another address, and was dropped. */
        MOVED,
        /** A datagram of it, connected or not, was dropped: more wait to be looked at than there is room for. */
        DROPPED,
        /** Its connection was closed, for it does what QUIC does not allow, or asks for more than is of use to anybody. */
        CUT_OFF
    }

    /**
     * Whether a client that begins to connect has a chance. An engine may ignore most of those that have none, before they
     * cost anything; others connect, and are told by closing the connection.
     *
     * @param client its address
     * @return whether it would be served
     */
    default boolean welcome(InetSocketAddress client) {
        return true;
    }

    /**
     * How many streams a client that begins to connect may have open at a time (RFC 9000, section 4.6), within what the listener
     * allows. An engine gives it again for each stream that ends; if it can, also for each that is in use ({@link
     * EngineStream#inUse}).
     *
     * @param usedToo whether streams in use count, for the engine cannot give their credit again before they end
     * @return at least 1
     */
    default int streams(boolean usedToo) {
        return Integer.MAX_VALUE;
    }

    /**
     * A client that began to connect is ignored, or given up before it was connected; or a datagram of a client was dropped.
     * It may be told of each of a flood, so it must be cheap.
     *
     * @param client its address; the unspecified one, 0.0.0.0, where the engine does not know it
     * @param why the reason
     */
    default void ignored(InetSocketAddress client, Ignored why) {}
}
