package io.quicpool.core;

import java.util.Locale;

/** Why idle streams are given up, and why streams and connections of peers, and callers, are turned away; names as in the snapshot. */
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
        CLOSED;

        /** Whether this side wanted it so: nothing has gone wrong. */
        boolean meant() {
            return this == FLUSHED || this == CLOSED;
        }
    }

    enum Refused {
        /** As many streams of one client as may wait for a place among the idle ones. */
        SERVER_FULL("too many of its streams wait for a place (max-capacity)"),
        /** A stream got no place for as long as one may wait, and was ended. */
        NO_PLACE("its stream has waited too long for a place (max-capacity)"),
        /** As many streams without a hello as the pool, or one client of it, may hold. */
        PENDING_HELLOS("too many streams without their hello (max-pending-hellos)"),
        /** The hello was not the byte that it must be. */
        BAD_HELLO("a stream that begins with another byte than the hello"),
        /** The hello did not come in time. */
        SLOW_HELLO("no hello within hello-timeout"),
        /** A client reset a stream whose hello was not read yet. */
        NO_HELLO("it resets streams before their hello was read"),
        /** A stream was closed here, its client did not end it, and as many like it were there as may be. */
        HALF_CLOSED("too many of its streams are closed here, and it does not end them"),
        /** As many clients were connecting as may be at a time. */
        HANDSHAKES("too many clients are connecting (max-pending-handshakes)"),
        /** A client's first packet was not one that QUIC allows. */
        BAD_HANDSHAKE("a first packet that QUIC does not allow"),
        /** A client began to connect and did not go on. */
        SLOW_HANDSHAKE("it began to connect and did not go on"),
        /** TLS did not come to an agreement with the client. */
        FAILED_HANDSHAKE("its handshake failed (alpn, certificates)"),
        /** A datagram for a connection of another address was dropped. */
        MOVED("a datagram for a connection that was made from another address"),
        /** A datagram was dropped, for more waited than there is room for. */
        DATAGRAMS("its datagrams come faster than they can be looked at"),
        /** The client did what QUIC does not allow, or asked for more than is of use. */
        VIOLATION("it does what QUIC does not allow, or asks for more than is of use"),
        /** The client's address is not allowed. */
        ADDRESS("its address is not in client-ip"),
        /** As many connections as the pool may have. */
        CONNECTIONS("max-connections clients are connected"),
        /** As many handlers run, and as many streams wait for one, as may be, or the executor took no more. */
        HANDLER_BUSY("no handler for its stream (max-handlers, handler-queue, or their executor takes no more)"),
        /** A handler read from, or wrote to, a client that did nothing for longer than its stream may wait. */
        SLOW_CLIENT("it was silent, or read nothing, while a handler waited for it (read-timeout, write-timeout)"),
        /** Not peers: callers of the pool that would have had to wait. */
        CALLERS("as many callers wait as may (max-waiting)");

        private final String meaning;

        Refused(String meaning) {
            this.meaning = meaning;
        }

        /** For people. */
        String meaning() {
            return meaning;
        }
    }

    static String text(Enum<?> reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
