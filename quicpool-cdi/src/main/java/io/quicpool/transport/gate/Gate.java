package io.quicpool.transport.gate;

import io.quicpool.transport.ListenerEvents;
import io.quicpool.transport.ListenerEvents.Ignored;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Inspects every datagram before the engine does. A datagram that starts a connection makes an engine keep memory, and even
 * threads, until the idle time-out, even if the client never comes back. So the gate limits the number of handshakes and their
 * duration ({@link #HANDSHAKE_TIMEOUT}), and ignores most clients that the pool would refuse. With Retry on, it keeps nothing of
 * a client whose address is not validated.
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
    public static final int CONNECTION_ID_LENGTH = 8;

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

    /** A handshake, from its first datagram on. It is kept for a while after its end, for late datagrams. */
    private static final class Attempt<C> {
        private final long since;
        private final InetSocketAddress client;
        private final @Nullable Proof proof;
        // Only for the receiving thread: datagrams after the first, before there was a connection.
        private int furtherDatagrams;
        private boolean pending = true;
        private volatile boolean ended;
        private @Nullable C connection;

        Attempt(long since, InetSocketAddress client, @Nullable Proof proof) {
            this.since = since;
            this.client = client;
            this.proof = proof;
        }
    }

    private final ListenerEvents events;
    private final Engine<C> engine;
    private volatile int maxHandshakes;
    private final boolean retry;
    private final LongSupplier clock;
    // Only for the receiving thread.
    private final RetryTokens tokens = new RetryTokens();
    private final Retry retries = new Retry();
    private final SecureRandom random = new SecureRandom();
    // By each connection id that the client may use in the handshake, the oldest first. Guarded by this, as is pending.
    private final Map<ByteBuffer, Attempt<C>> attempts = new LinkedHashMap<>();
    private int pending;
    private volatile boolean closed;
    // Only for the receiving thread.
    private byte[] lastAdmittedId = new byte[0];
    // When the next unreadable packet is due, if all had come at UNREADABLE_INTERVAL.
    private long unreadableDue;
    private long refusalSecond;
    private int refusedHandshakes;

    /**
     * Makes an open gate.
     *
     * @param events decides which clients to refuse, and receives those that are ignored
     * @param maxHandshakes how many handshakes may be under way at a time
     * @param retry whether clients must prove their address with a Retry token
     * @param engine the engine behind the gate
     */
    public Gate(ListenerEvents events, int maxHandshakes, boolean retry, Engine<C> engine) {
        this(events, maxHandshakes, retry, engine, System::nanoTime);
    }

    Gate(ListenerEvents events, int maxHandshakes, boolean retry, Engine<C> engine, LongSupplier clock) {
        this.clock = clock;
        this.events = events;
        this.maxHandshakes = maxHandshakes;
        this.retry = retry;
        this.engine = engine;
        this.unreadableDue = clock.getAsLong();
    }

    /** The engine will not report its connections, so that handshakes under way cannot be counted. */
    public void disableLimit() {
        maxHandshakes = Integer.MAX_VALUE;
    }

    /** Whether the engine may see a datagram. On the receiving thread. */
    public boolean admits(ByteBuffer datagram, InetSocketAddress client) {
        if (!Initial.isAt(datagram)) {
            return true;
        }
        Initial initial = Initial.of(datagram);
        Attempt<C> known = initial == null ? null : known(initial.destination);
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
        if (why == Ignored.SENT_BACK) {
            return false;
        }
        if (why != null) {
            events.ignored(client, why);
        }
        return why == null;
    }

    // Engines keep pieces of an incomplete ClientHello without a limit.
    private boolean mayContinue(Attempt<C> attempt, ByteBuffer datagram, byte[] id) {
        if (hasConnection(attempt)) {
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

    private synchronized boolean hasConnection(Attempt<C> attempt) {
        return attempt.connection != null || !attempt.pending;
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
        if (!start(initial.destination, new Attempt<>(now, client, proof))) {
            return Ignored.BUSY;
        }
        if (!isReadable(datagram, initial.destination)) {
            // With a token it keeps its place, so that the number of handshakes limits these too.
            if (proof == null) {
                removeAttempt(initial.destination);
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

    private synchronized @Nullable Attempt<C> known(byte[] id) {
        return attempts.get(ByteBuffer.wrap(id));
    }

    private boolean start(byte[] id, Attempt<C> attempt) {
        List<Attempt<C>> overdue;
        boolean admitted;
        synchronized (this) {
            overdue = sweep(attempt.since);
            admitted = pending < maxHandshakes;
            if (admitted) {
                pending++;
                attempts.put(ByteBuffer.wrap(id), attempt);
            }
        }
        overdue.forEach(this::giveUp);
        return admitted;
    }

    private synchronized void removeAttempt(byte[] id) {
        Attempt<C> attempt = attempts.remove(ByteBuffer.wrap(id));
        if (attempt != null) {
            end(attempt);
        }
    }

    /** Ends handshakes that take too long, also when no datagram comes. Any thread, periodically. */
    public void sweep() {
        List<Attempt<C>> overdue;
        synchronized (this) {
            overdue = sweep(clock.getAsLong());
        }
        overdue.forEach(this::giveUp);
    }

    // Returns the handshakes to end, since events must be sent outside the lock.
    private List<Attempt<C>> sweep(long now) {
        Duration longest = pending < maxHandshakes ? HANDSHAKE_TIMEOUT : HANDSHAKE_TIMEOUT_WHEN_FULL;
        List<Attempt<C>> overdue = new ArrayList<>();
        for (Iterator<Attempt<C>> each = attempts.values().iterator(); each.hasNext(); ) {
            Attempt<C> attempt = each.next();
            if (now - attempt.since < longest.toNanos()) {
                break;
            }
            each.remove();
            if (end(attempt)) {
                overdue.add(attempt);
            }
        }
        return overdue;
    }

    private void giveUp(Attempt<C> attempt) {
        events.ignored(attempt.client, Ignored.SLOW);
        C connection = attempt.connection;
        if (connection != null) {
            engine.giveUp(connection);
        }
    }

    private boolean end(Attempt<C> attempt) {
        boolean was = attempt.pending;
        if (was) {
            attempt.pending = false;
            pending--;
        }
        return was;
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
     * The engine has made a connection for a handshake.
     *
     * @param id the connection id that the client sent
     * @return the client's token; null where none was required
     */
    public synchronized @Nullable Proof created(byte[] id, C connection) {
        Attempt<C> attempt = attempts.get(ByteBuffer.wrap(id));
        if (attempt == null) {
            return null;
        }
        attempt.connection = connection;
        return attempt.proof;
    }

    /** The client of a handshake may go on with another connection id, which the engine has given. */
    public synchronized void alias(byte[] id, byte[] other) {
        Attempt<C> attempt = attempts.get(ByteBuffer.wrap(id));
        if (attempt != null) {
            attempts.putIfAbsent(ByteBuffer.wrap(other), attempt);
        }
    }

    /** The handshake that began with this id is complete. */
    public void established(byte[] id) {
        finish(id, false);
    }

    /** The connection that began with this id has ended. If its handshake was not complete, it has failed. */
    public void ended(byte[] id, String reason) {
        Attempt<C> failed = finish(id, true);
        if (failed != null) {
            events.handshakeFailed(failed.client, reason);
        }
    }

    // Returns the attempt if it was still under way.
    private synchronized @Nullable Attempt<C> finish(byte[] id, boolean withConnection) {
        Attempt<C> attempt = attempts.get(ByteBuffer.wrap(id));
        if (attempt == null) {
            return null;
        }
        attempt.connection = null;
        attempt.ended |= withConnection;
        return end(attempt) ? attempt : null;
    }

    /** How many handshakes are under way; for tests. */
    public synchronized int pending() {
        return pending;
    }
}
