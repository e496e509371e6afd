package io.quicpool.core;

import java.util.Locale;

/** Why idle streams are given up, and why streams and connections of peers are turned away; names as in the snapshot. */
final class Reason {

    private Reason() {}

    enum Evicted {
        /** The connection was lost. */
        LINK_LOST,
        /** The peer ended or reset the stream while it was idle. */
        PEER_ENDED,
        /** The probe failed. */
        PROBE,
        /** The pool was flushed. */
        FLUSHED,
        /** There were more than the bounds allow. */
        SURPLUS,
        /** The pool was closed. */
        CLOSED
    }

    enum Refused {
        /** As many idle streams as the pool may hold. */
        SERVER_FULL,
        /** As many streams without a hello as the pool may hold. */
        PENDING_HELLOS,
        /** The hello was not the byte that it must be. */
        BAD_HELLO,
        /** The hello did not come in time. */
        SLOW_HELLO,
        /** The client's address is not allowed. */
        ADDRESS,
        /** As many connections as the pool may have. */
        CONNECTIONS,
        /** The handler's executor took no more. */
        HANDLER_BUSY
    }

    static String text(Enum<?> reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
