package io.quicpool.transport;

import java.net.InetSocketAddress;

/** Events of a listener. The engine calls these on its own threads: hand over and return. */
@FunctionalInterface
public interface ListenerEvents {

    /**
     * A client has connected. None of its streams is reported before this method returns.
     *
     * @param connection the connection, established; it may be closed at once
     * @return receives the events of the connection
     */
    ConnectionEvents connected(Connection connection);

    /** Why a client that is connecting gets no answer, or no further one. Later versions may add values. */
    enum Ignored {
        /** The pool would refuse it, and many such clients come at a time. */
        UNWELCOME,
        /** As many handshakes are under way as there may be. */
        BUSY,
        /** Its first packet violates QUIC. */
        MALFORMED,
        /** It got a Retry packet and must come back with the token. Not reported. */
        SENT_BACK,
        /** Its handshake took too long. */
        SLOW,
        /** Its handshake failed, for its application protocol or its certificate. */
        FAILED,
        /** A datagram came from an address that is not the connection's, and was dropped. */
        MOVED,
        /** A datagram was dropped because the queue was full; its client may be connected or not. */
        DROPPED,
        /** Its connection was closed, since it violated QUIC or cost more than a client may. */
        CUT_OFF
    }

    /**
     * Whether the pool would accept a client that begins to connect. An engine may ignore most of those that it would refuse, before
     * they cost anything. The others connect, and learn the reason when their connection is closed.
     *
     * @param client its address
     * @return whether the pool would accept it
     */
    default boolean wouldAccept(InetSocketAddress client) {
        return true;
    }

    /**
     * How many streams a client that begins to connect may have open at a time (RFC 9000, section 4.6), up to the listener's own
     * limit. An engine gives credit again for each stream that ends; if it can, also for each that is in use ({@link
     * EngineStream#inUse}).
     *
     * @param includingInUse whether streams in use count, because the engine gives their credit back only when they end
     * @return at least 1
     */
    default int maxStreams(boolean includingInUse) {
        return Integer.MAX_VALUE;
    }

    /**
     * A client that was connecting is ignored, or its handshake was ended; or a datagram of a client was dropped. Must be cheap: it may
     * be called for each datagram of a flood.
     *
     * @param client its address; 0.0.0.0 where the engine does not know it
     * @param why the reason
     */
    default void ignored(InetSocketAddress client, Ignored why) {}

    /**
     * The handshake of a client failed, for its application protocol or a certificate.
     *
     * @param client its address
     * @param reason why, such as the TLS alert of one of the two sides; empty when the engine does not know it
     */
    default void handshakeFailed(InetSocketAddress client, String reason) {
        ignored(client, Ignored.FAILED);
    }
}
