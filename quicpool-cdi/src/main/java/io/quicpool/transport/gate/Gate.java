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
 * Sees every datagram before the engine does. One that begins a connection makes an engine keep memory, or even threads, until
 * the idle time-out when the client never comes back: so no more than so many handshakes are under way at a time, none for longer
 * than {@link #LONGEST}, clients that have no chance are turned away before they cost anything, and where Retry is on nothing
 * is kept of a client that has not shown that its address is its own.
 *
 * <p>Any thread may call it; only one at a time {@link #admits}.
 *
 * @param <C> the engine's connection
 */
public final class Gate<C> {

    /** How long a handshake may take. */
    public static final Duration LONGEST = Duration.ofSeconds(10);

    /** The same while all places are taken: those who are slower make room for others. */
    static final Duration LONGEST_CROWDED = Duration.ofSeconds(2);

    /** Where in a token of ours the id begins that the client chose first. */
    public static final int TOKEN_ID_OFFSET = RetryTokens.ID_OFFSET;

    /** The length of the ids that this side gives. */
    public static final int OUR_ID = 8;

    /** Datagrams with a piece of a client's hello, and the same again; a hello has some three at most. */
    private static final int MOST_WITHOUT_CONNECTION = 16;

    /** Clients without a chance that are told so, by a whole handshake, a second. */
    private static final int COURTESIES = 5;

    /**
     * What an engine does for it.
     *
     * @param <C> the engine's connection
     */
    public interface Engine<C> {

        /** Sends a datagram. */
        void send(byte[] datagram, InetSocketAddress client);

        /** Ends a connection without a word, and frees what it holds. */
        void giveUp(C connection);

        /** Whether a token that nobody asked for does no harm; otherwise it is answered with a Retry packet. */
        default boolean ignoresTokens() {
            return true;
        }
    }

    /** What a client that came back after a Retry has shown. */
    public static final class Proof {

        private final byte[] firstId;
        private final byte[] token;

        Proof(byte[] firstId, byte[] token) {
            this.firstId = firstId;
            this.token = token;
        }

        /** The connection id that it chose first. */
        public byte[] firstId() {
            return firstId.clone();
        }

        /** What it brought. */
        public byte[] token() {
            return token.clone();
        }
    }

    /** A handshake, from its first datagram on; kept for a while after its end, for datagrams that come late. */
    private static final class Attempt<C> {
        private final long since;
        private final InetSocketAddress client;
        private final @Nullable Proof proof;
        // Of the thread that receives: datagrams after the first, before there was a connection.
        private int more;
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
    private volatile int most;
    private final boolean retry;
    private final LongSupplier clock;
    // The receiving thread's own.
    private final RetryTokens tokens = new RetryTokens();
    private final Retry retries = new Retry();
    private final SecureRandom random = new SecureRandom();
    // By the connection ids that the client may use in the handshake, the oldest first. Guarded by this.
    private final Map<ByteBuffer, Attempt<C>> attempts = new LinkedHashMap<>();
    private int pending;
    private volatile boolean closed;
    // The receiving thread's own.
    private byte[] beginning = new byte[0];
    private long courtesySecond;
    private int courtesies;

    /**
     * Makes an open one.
     *
     * @param events what knows who is welcome, and is told who is not
     * @param most how many handshakes may be under way at a time
     * @param retry whether a client must show that its address is its own
     * @param engine the engine behind it
     */
    public Gate(ListenerEvents events, int most, boolean retry, Engine<C> engine) {
        this(events, most, retry, engine, System::nanoTime);
    }

    Gate(ListenerEvents events, int most, boolean retry, Engine<C> engine, LongSupplier clock) {
        this.clock = clock;
        this.events = events;
        this.most = most;
        this.retry = retry;
        this.engine = engine;
    }

    /** It will not be told of connections, so it cannot say how many handshakes are under way. */
    public void notTold() {
        most = Integer.MAX_VALUE;
    }

    /** Whether the engine is to see a datagram. On the thread that receives. */
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
            beginning = initial.destination;
            // The engine does not know it any more, and would begin anew, for which there is no place.
            return !known.ended && mayGoOn(known, client);
        }
        Ignored why = initial == null || datagram.remaining() < Initial.SMALLEST || initial.destination.length < OUR_ID
                ? Ignored.MALFORMED
                : stranger(initial, client);
        if (why == Ignored.SENT_BACK) {
            return false;
        }
        if (why != null) {
            events.ignored(client, why);
        }
        return why == null;
    }

    // Nothing bounds what an engine keeps of a hello that never becomes whole.
    private boolean mayGoOn(Attempt<C> attempt, InetSocketAddress client) {
        if (isMade(attempt) || ++attempt.more <= MOST_WITHOUT_CONNECTION) {
            return true;
        }
        events.ignored(client, Ignored.DROPPED);
        return false;
    }

    private synchronized boolean isMade(Attempt<C> attempt) {
        return attempt.connection != null || !attempt.pending;
    }

    private @Nullable Ignored stranger(Initial initial, InetSocketAddress client) {
        long now = clock.getAsLong();
        if (closed) {
            return Ignored.SENT_BACK;
        }
        if (!events.wouldAccept(client) && !courtesy(now)) {
            return Ignored.UNWELCOME;
        }
        Proof proof = null;
        if (retry || (initial.token.length > 0 && !engine.ignoresTokens())) {
            byte[] firstId = tokens.validate(client, initial.token, initial.destination, now);
            if (firstId == null) {
                sendBack(client, initial, now);
                return Ignored.SENT_BACK;
            }
            proof = new Proof(firstId, initial.token);
        }
        beginning = initial.destination;
        return begin(initial.destination, new Attempt<>(now, client, proof)) ? null : Ignored.BUSY;
    }

    private boolean courtesy(long now) {
        if (now - courtesySecond > TimeUnit.SECONDS.toNanos(1)) {
            courtesySecond = now;
            courtesies = 0;
        }
        return courtesies++ < COURTESIES;
    }

    private void sendBack(InetSocketAddress client, Initial initial, long now) {
        byte[] retryId = new byte[OUR_ID];
        random.nextBytes(retryId);
        byte[] token = tokens.issue(client, initial.destination, retryId, now);
        engine.send(retries.answering(initial, retryId, token), client);
    }

    private synchronized @Nullable Attempt<C> known(byte[] id) {
        return attempts.get(ByteBuffer.wrap(id));
    }

    private boolean begin(byte[] id, Attempt<C> attempt) {
        List<Attempt<C>> overdue;
        boolean admitted;
        synchronized (this) {
            overdue = sweep(attempt.since);
            admitted = pending < most;
            if (admitted) {
                pending++;
                attempts.put(ByteBuffer.wrap(id), attempt);
            }
        }
        overdue.forEach(this::giveUp);
        return admitted;
    }

    /** Gives up handshakes that take too long, whether or not others come. Any thread, now and then. */
    public void sweep() {
        List<Attempt<C>> overdue;
        synchronized (this) {
            overdue = sweep(clock.getAsLong());
        }
        overdue.forEach(this::giveUp);
    }

    // Those that were given up, to be told of outside the lock.
    private List<Attempt<C>> sweep(long now) {
        Duration longest = pending < most ? LONGEST : LONGEST_CROWDED;
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

    /** The id of the beginning that was admitted last. On the thread that receives. */
    public byte[] beginning() {
        return beginning.clone();
    }

    /** Lets no more clients begin; what belongs to others passes. */
    public void close() {
        closed = true;
    }

    /**
     * The engine has made a connection for what began with an id.
     *
     * @param id the id that the client sent
     * @param connection the connection
     * @return what the client has shown; null where it need not
     */
    public synchronized @Nullable Proof created(byte[] id, C connection) {
        Attempt<C> attempt = attempts.get(ByteBuffer.wrap(id));
        if (attempt == null) {
            return null;
        }
        attempt.connection = connection;
        return attempt.proof;
    }

    /** What began with an id goes on with another, which the engine has given. */
    public synchronized void alias(byte[] id, byte[] other) {
        Attempt<C> attempt = attempts.get(ByteBuffer.wrap(id));
        if (attempt != null) {
            attempts.putIfAbsent(ByteBuffer.wrap(other), attempt);
        }
    }

    /** The handshake that began with this id is done. */
    public void established(byte[] id) {
        over(id, false);
    }

    /** The connection that began with this id has ended: when its handshake was not done, it has failed. */
    public void ended(byte[] id) {
        Attempt<C> failed = over(id, true);
        if (failed != null) {
            events.ignored(failed.client, Ignored.FAILED);
        }
    }

    // The attempt if it was still under way.
    private synchronized @Nullable Attempt<C> over(byte[] id, boolean withConnection) {
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
