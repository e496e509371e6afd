package io.quicpool.transport;

import io.quicpool.transport.Handshakes.Attempt;
import io.quicpool.transport.ListenerEvents.Ignored;
import io.quicpool.transport.gate.Initial;
import io.quicpool.transport.gate.Retry;
import io.quicpool.transport.gate.RetryTokens;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Inspects every datagram before the engine does. A datagram that starts a connection makes an engine keep memory, and even
 * threads, until the idle time-out, even if the client never comes back. So the gate limits the number of handshakes and their
 * duration ({@link #HANDSHAKE_TIMEOUT}), and ignores most clients that the pool would refuse. With Retry on, it keeps nothing of
 * a client whose address is not validated.
 *
 * <p>An engine cannot do without it: only {@link #connected} hands a connection to the pool, and only if the gate has admitted its
 * handshake.
 *
 * <p>Any thread may call it, but only one at a time {@link #admits}.
 *
 * @param <C> the engine's connection
 */
public final class Gate<C> {

    /** How long a handshake may take. */
    public static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);

    /** The same while the number of handshakes is at its limit: slow clients make room for others. */
    static final Duration HANDSHAKE_TIMEOUT_WHEN_FULL = Duration.ofSeconds(2);

    /** The offset, in a token of this gate, of the connection id that the client chose first. */
    public static final int TOKEN_ID_OFFSET = RetryTokens.ID_OFFSET;

    /** The length of the connection ids that a server gives. */
    public static final int CONNECTION_ID_LENGTH = RetryTokens.RETRY_ID_LENGTH;

    /** Further datagrams of a handshake before its connection exists, retransmissions included. A ClientHello takes about three. */
    private static final int MAX_WITHOUT_CONNECTION = 16;

    /** Clients a second that the pool would refuse and that may still complete a handshake, so that they learn the reason. */
    private static final int MAX_REFUSED_HANDSHAKES = 5;

    /**
     * How often a packet may come that the engine cannot read. It takes an engine some 100 microseconds to find out, while connected
     * clients wait.
     */
    private static final long UNREADABLE_INTERVAL = TimeUnit.MILLISECONDS.toNanos(2);

    /** How many of them may come at once. */
    private static final int UNREADABLE_AT_ONCE = 50;

    /**
     * What an engine does for the gate.
     *
     * @param <C> the engine's connection
     */
    public interface Engine<C> {

        /** Sends a datagram. */
        void send(byte[] datagram, InetSocketAddress client);

        /** Ends a connection without telling the peer, and frees its resources. */
        void giveUp(C connection);

        /**
         * Whether the engine can safely read an Initial packet before there is a connection for it. On the receiving thread.
         *
         * @param datagram begins with the packet
         * @param id the connection id that it is for
         */
        default boolean isSound(ByteBuffer datagram, byte[] id) {
            return true;
        }

        /** Whether the engine ignores unknown tokens. Otherwise the gate answers them with a Retry packet. */
        default boolean ignoresTokens() {
            return true;
        }
    }

    /** Makes the gate of a listener. */
    public static final class Factory {

        private final ListenSpec spec;
        private final ListenerEvents events;
        private final AtomicBoolean made = new AtomicBoolean();

        Factory(ListenSpec spec, ListenerEvents events) {
            this.spec = spec;
            this.events = events;
        }

        /**
         * Makes the open gate, once: a second one would double the number of handshakes.
         *
         * @param engine the engine behind the gate
         * @param <C> the engine's connection
         */
        public <C> Gate<C> make(Engine<C> engine) {
            if (!made.compareAndSet(false, true)) {
                throw new IllegalStateException("a listener has one gate");
            }
            return new Gate<>(events, spec.maxHandshakes(), spec.addressValidation(), engine, System::nanoTime);
        }
    }

    /** The validated token of a client that came back after a Retry packet. */
    public static final class Proof {

        private final byte[] firstId;
        private final byte[] token;

        Proof(byte[] firstId, byte[] token) {
            this.firstId = firstId;
            this.token = token;
        }

        /** The connection id that the client chose first. */
        public byte[] firstId() {
            return firstId.clone();
        }

        public byte[] token() {
            return token.clone();
        }
    }

    private final ListenerEvents events;
    private final Engine<C> engine;
    private final Handshakes<C> handshakes;
    private final boolean retry;
    private final LongSupplier clock;
    // Only for the receiving thread.
    private final RetryTokens tokens = new RetryTokens();
    private final Retry retries = new Retry();
    private final SecureRandom random = new SecureRandom();
    private volatile boolean closed;
    // Only for the receiving thread.
    private byte[] lastAdmittedId = new byte[0];
    // When the next unreadable packet is due, if all had come at UNREADABLE_INTERVAL.
    private long unreadableDue;
    private long refusalSecond;
    private int refusedHandshakes;

    /** Makes an open gate. With {@code retry}, clients must prove their address with a Retry token. */
    Gate(ListenerEvents events, int maxHandshakes, boolean retry, Engine<C> engine, LongSupplier clock) {
        this.clock = clock;
        this.events = events;
        this.handshakes = new Handshakes<>(maxHandshakes, HANDSHAKE_TIMEOUT, HANDSHAKE_TIMEOUT_WHEN_FULL);
        this.retry = retry;
        this.engine = engine;
        this.unreadableDue = clock.getAsLong();
        this.refusalSecond = unreadableDue;
    }

    /** Whether the engine may see a datagram. On the receiving thread. */
    public boolean admits(ByteBuffer datagram, InetSocketAddress client) {
        if (!Initial.isAt(datagram)) {
            return true;
        }
        Initial initial = Initial.of(datagram);
        Attempt<C> known = initial == null ? null : handshakes.get(initial.destination);
        if (initial != null && known != null) {
            if (!known.client.equals(client)) {
                events.ignored(client, Ignored.MOVED);
                return false;
            }
            lastAdmittedId = initial.destination;
            // After its end the engine has forgotten the connection and would start another, which is not counted.
            return !known.ended && mayContinue(known, datagram, initial.destination);
        }
        Ignored why = initial == null
                        || datagram.remaining() < Initial.MIN_DATAGRAM
                        || initial.destination.length < CONNECTION_ID_LENGTH
                ? Ignored.MALFORMED
                : admitNew(initial, datagram, client);
        if (why != null && why != Ignored.SENT_BACK) {
            events.ignored(client, why);
        }
        return why == null;
    }

    // Engines keep pieces of an incomplete ClientHello without a limit.
    private boolean mayContinue(Attempt<C> attempt, ByteBuffer datagram, byte[] id) {
        if (handshakes.hasConnection(attempt)) {
            return true;
        }
        if (++attempt.furtherDatagrams > MAX_WITHOUT_CONNECTION) {
            events.ignored(attempt.client, Ignored.DROPPED);
            return false;
        }
        if (!isReadable(datagram, id)) {
            events.ignored(attempt.client, Ignored.MALFORMED);
            return false;
        }
        return true;
    }

    private @Nullable Ignored admitNew(Initial initial, ByteBuffer datagram, InetSocketAddress client) {
        long now = clock.getAsLong();
        if (closed) {
            return Ignored.SENT_BACK;
        }
        if (!events.wouldAccept(client) && !mayRefuseByHandshake(now)) {
            return Ignored.UNWELCOME;
        }
        byte[] firstId = tokens.validate(client, initial.token, initial.destination, now);
        if (firstId == null && needsProof(initial, now)) {
            sendRetry(client, initial, now);
            return Ignored.SENT_BACK;
        }
        Proof proof = firstId == null ? null : new Proof(firstId, initial.token);
        lastAdmittedId = initial.destination;
        sweep(now);
        if (!handshakes.start(initial.destination, new Attempt<>(now, client, proof))) {
            return Ignored.BUSY;
        }
        if (!isReadable(datagram, initial.destination)) {
            // With a token it keeps its place, so that the number of handshakes limits these too.
            if (proof == null) {
                handshakes.remove(initial.destination);
            }
            return Ignored.MALFORMED;
        }
        return null;
    }

    // While many packets are unreadable, only a client that has proved its address makes the engine read one.
    private boolean needsProof(Initial initial, long now) {
        return retry
                || (initial.token.length > 0 && !engine.ignoresTokens())
                || unreadableDue - now > UNREADABLE_AT_ONCE * UNREADABLE_INTERVAL;
    }

    private boolean isReadable(ByteBuffer datagram, byte[] id) {
        boolean readable = engine.isSound(datagram, id);
        if (!readable) {
            long now = clock.getAsLong();
            unreadableDue = (unreadableDue - now > 0 ? unreadableDue : now) + UNREADABLE_INTERVAL;
        }
        return readable;
    }

    private boolean mayRefuseByHandshake(long now) {
        if (now - refusalSecond > TimeUnit.SECONDS.toNanos(1)) {
            refusalSecond = now;
            refusedHandshakes = 0;
        }
        return refusedHandshakes++ < MAX_REFUSED_HANDSHAKES;
    }

    private void sendRetry(InetSocketAddress client, Initial initial, long now) {
        byte[] retryId = new byte[CONNECTION_ID_LENGTH];
        random.nextBytes(retryId);
        byte[] token = tokens.issue(client, initial.destination, retryId, now);
        engine.send(retries.answer(initial, retryId, token), client);
    }

    /** Ends handshakes that take too long, also when no datagram comes. Any thread, periodically. */
    public void sweep() {
        sweep(clock.getAsLong());
    }

    private void sweep(long now) {
        handshakes.removeOverdue(now).forEach(overdue -> {
            events.ignored(overdue.client, Ignored.SLOW);
            C connection = overdue.connection;
            if (connection != null) {
                engine.giveUp(connection);
            }
        });
    }

    /** The connection id of the first packet that was admitted last. On the receiving thread. */
    public byte[] lastAdmittedId() {
        return lastAdmittedId.clone();
    }

    /** Admits no new clients. Datagrams of existing connections still pass. */
    public void close() {
        closed = true;
    }

    /**
     * The engine has made a connection for a handshake. If that has been given up meanwhile, so is the connection.
     *
     * @param id the connection id that the client sent
     * @return the client's token; null where none was required
     */
    public @Nullable Proof created(byte[] id, C connection) {
        Attempt<C> attempt = handshakes.created(id, connection);
        if (attempt == null) {
            engine.giveUp(connection);
            return null;
        }
        return attempt.proof;
    }

    /** The client of a handshake may go on with another connection id, which the engine has given. */
    public void alias(byte[] id, byte[] other) {
        handshakes.alias(id, other);
    }

    /**
     * The handshake that began with this id is complete: the pool gets the connection. If the gate has not admitted that handshake, or has
     * given it up, the connection is closed instead.
     *
     * @return receives the events of the connection
     */
    public ConnectionEvents connected(byte[] id, Connection connection) {
        if (handshakes.finish(id, false) == null) {
            connection.close(0, "the handshake took too long");
            return EngineEvents.REJECT_ALL;
        }
        return EngineEvents.connected(events, connection);
    }

    /** The connection that began with this id has ended. If its handshake was not complete, it has failed. */
    public void ended(byte[] id, String reason) {
        Attempt<C> failed = handshakes.finish(id, true);
        if (failed != null) {
            events.handshakeFailed(failed.client, reason);
        }
    }

    /** A datagram or a connection of a client is dropped, see {@link ListenerEvents#ignored}. */
    public void ignored(InetSocketAddress client, Ignored why) {
        events.ignored(client, why);
    }

    /** How many streams a client that begins to connect may have open, see {@link ListenerEvents#maxStreams}. */
    public int maxStreams(boolean includingInUse) {
        return events.maxStreams(includingInUse);
    }

    /** How many handshakes are under way; for tests. */
    public int pending() {
        return handshakes.pending();
    }
}
