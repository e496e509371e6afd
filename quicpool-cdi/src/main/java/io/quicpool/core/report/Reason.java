package io.quicpool.core.report;

import java.util.Locale;

/** Why idle streams are evicted, and why streams, connections and callers are refused. Snapshots use these names. */
public final class Reason {

    private Reason() {}

    public enum Evicted {
        /** The connection was lost. */
        LINK_LOST,
        /** The peer ended or reset the idle stream. */
        PEER_ENDED,
        /** The check at the time of taking, or a periodic check, found the stream dead. */
        PROBE,
        /** The pool was flushed. */
        FLUSHED,
        /** There were more idle streams than the bounds allow, or it was idle for {@code max-idle-time}. */
        SURPLUS,
        /** The pool was closed. */
        CLOSED;

        private final String text = Reason.text(this);

        /** Its name in snapshots and JMX. */
        String text() {
            return text;
        }

        /** Whether this side did it on purpose, so that it is no failure. */
        public boolean isIntended() {
            return this == FLUSHED || this == CLOSED;
        }
    }

    public enum Refused {
        /** Too many streams of one client wait for capacity. */
        SERVER_FULL("too many of its streams wait for capacity (max-capacity)"),
        /** A stream waited too long for capacity and was ended. */
        NO_PLACE("its stream waited too long for capacity (max-capacity)"),
        /** The pool, or one of its clients, has too many streams without a hello. */
        PENDING_HELLOS("too many streams are open without their hello (max-pending-hellos)"),
        /** The first byte of a stream was not the hello. */
        BAD_HELLO("its stream does not begin with the hello"),
        /** The hello did not come in time. */
        SLOW_HELLO("its stream sent no hello in time (hello-timeout)"),
        /** A client reset a stream before its hello was read. */
        NO_HELLO("it resets streams before their hello is read"),
        /** Too many streams of a client were closed here and not ended by the client. */
        HALF_CLOSED("it does not end streams that are closed on this side"),
        /** Too many handshakes were under way. */
        HANDSHAKES("too many clients are connecting (max-pending-handshakes)"),
        /** QUIC does not allow the first packet of a client. */
        BAD_HANDSHAKE("its first packet is not allowed by QUIC"),
        /** A client did not complete its handshake in time. */
        SLOW_HANDSHAKE("its handshake did not complete in time"),
        /** The TLS handshake with a client failed. */
        FAILED_HANDSHAKE("its handshake failed (alpn, certificates)"),
        /** A datagram for a connection came from another address and was dropped. */
        MOVED("its datagram belongs to a connection from another address"),
        /** A datagram was dropped because too many were waiting. */
        DATAGRAMS("its datagrams come faster than they can be read"),
        /** The client violated QUIC, or asked for more than is of use. */
        VIOLATION("it violates the QUIC protocol, or asks for more than is of use"),
        /** The address of the client is not allowed. */
        ADDRESS("its address is not in client-ip"),
        /** The pool has {@code max-connections} connections. */
        CONNECTIONS("too many clients are connected (max-connections)"),
        /** Too many handlers run and streams wait for one, or the executor rejected the task. */
        HANDLER_BUSY("no handler is free for its stream (max-handlers, handler-queue, or the executor is full)"),
        /** A handler's read or write timed out because the client sent or read nothing. */
        SLOW_CLIENT("a handler waited too long for it to send or read (read-timeout, write-timeout)"),
        /** A request has more than {@code max-request-bytes}. */
        LARGE_REQUEST("its request is too large (max-request-bytes)"),
        /** Callers of the pool itself: too many wait already. */
        CALLERS("too many callers are waiting (max-waiting)");

        private final String text = Reason.text(this);
        private final String meaning;

        Refused(String meaning) {
            this.meaning = meaning;
        }

        /** Its name in snapshots and JMX. */
        String text() {
            return text;
        }

        /** A description for people. */
        String meaning() {
            return meaning;
        }
    }

    private static String text(Enum<?> reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
