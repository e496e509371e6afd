package io.quicpool.transport.kwik;

import io.quicpool.transport.ListenerEvents;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.generic.IntegerTooLargeException;
import tech.kwik.core.generic.InvalidIntegerEncodingException;
import tech.kwik.core.generic.VariableLengthInteger;
import tech.kwik.core.impl.Version;
import tech.kwik.core.packet.RetryPacket;
import tech.kwik.core.server.impl.ServerConnectionImpl;

/**
 * Sees every datagram before kwik does. For each that begins a connection kwik makes several threads, and keeps them until the
 * idle time-out when the client never comes back: so no more than so many handshakes are under way at a time, none for longer
 * than {@link #LONGEST}, clients that have no chance are turned away before they cost anything, and where Retry is on nothing
 * is kept of a client that has not shown that its address is its own.
 */
final class Gate {

    /** How long a handshake may take. */
    static final Duration LONGEST = Duration.ofSeconds(10);

    /** The same while all places are taken: those who are slower make room for others. */
    static final Duration LONGEST_CROWDED = Duration.ofSeconds(2);

    /** RFC 9000, section 14.1. */
    private static final int SMALLEST_INITIAL = 1200;

    /** RFC 9000, section 17.2. */
    private static final int LONGEST_ID = 20;

    /** The length of the ids that this side gives. */
    static final int OUR_ID = 8;

    /** Clients without a chance that are told so, by a whole handshake, a second. */
    private static final int COURTESIES = 5;

    private static final System.Logger LOG = System.getLogger("io.quicpool.kwik");

    /** A handshake, from its first datagram on; kept for a while after its end, for datagrams that come late. */
    private static final class Attempt {
        private final long since;
        private final byte @Nullable [] firstId;
        private final byte[] token;
        private boolean pending = true;
        private @Nullable ServerConnectionImpl connection;

        Attempt(long since, byte @Nullable [] firstId, byte[] token) {
            this.since = since;
            this.firstId = firstId;
            this.token = token;
        }
    }

    /** What is read of an Initial packet (RFC 9000, section 17.2.2). */
    private static final class Initial {
        private final byte[] destination;
        private final byte[] source;
        private final byte[] token;

        private Initial(byte[] destination, byte[] source, byte[] token) {
            this.destination = destination;
            this.source = source;
            this.token = token;
        }

        static @Nullable Initial of(DatagramPacket datagram) {
            ByteBuffer data = ByteBuffer.wrap(datagram.getData(), datagram.getOffset(), datagram.getLength());
            data.position(data.position() + 1 + Integer.BYTES);
            try {
                byte[] destination = bytes(data, data.get() & 0xff, LONGEST_ID);
                byte[] source = bytes(data, data.get() & 0xff, LONGEST_ID);
                byte[] token = bytes(data, VariableLengthInteger.parseInt(data), SMALLEST_INITIAL);
                return new Initial(destination, source, token);
            } catch (BufferUnderflowException | InvalidIntegerEncodingException | IntegerTooLargeException e) {
                return null;
            }
        }

        private static byte[] bytes(ByteBuffer data, int length, int most) {
            if (length > most) {
                throw new BufferUnderflowException();
            }
            byte[] bytes = new byte[length];
            data.get(bytes);
            return bytes;
        }
    }

    private final ListenerEvents events;
    private volatile int most;
    private final @Nullable RetryTokens tokens;
    private final SecureRandom random = new SecureRandom();
    // By the connection ids that the client may use in the handshake, the oldest first. Guarded by this.
    private final Map<ByteBuffer, Attempt> attempts = new LinkedHashMap<>();
    private int pending;
    private long courtesySecond;
    private int courtesies;

    Gate(ListenerEvents events, int most, boolean retry) {
        this.events = events;
        this.most = most;
        this.tokens = retry ? new RetryTokens() : null;
    }

    /** It will not be told of connections, so it cannot say how many handshakes are under way. */
    void notTold() {
        most = Integer.MAX_VALUE;
    }

    /** Whether kwik is to see a datagram. On the thread that receives. */
    boolean admits(DatagramPacket datagram, DatagramSocket socket) {
        if (!isInitial(datagram)) {
            return true;
        }
        Initial initial = Initial.of(datagram);
        if (initial == null) {
            return false;
        }
        if (knows(initial.destination)) {
            return true;
        }
        InetSocketAddress client = (InetSocketAddress) datagram.getSocketAddress();
        if (datagram.getLength() < SMALLEST_INITIAL || initial.destination.length < OUR_ID) {
            return false;
        }
        long now = System.nanoTime();
        if (!events.welcome(client) && !courtesy(now)) {
            events.ignored(client, ListenerEvents.Ignored.UNWELCOME);
            return false;
        }
        byte[] firstId = null;
        if (tokens != null) {
            firstId = tokens.validate(client, initial.token, initial.destination, now);
            if (firstId == null) {
                retry(tokens, client, initial, socket, now);
                return false;
            }
        }
        if (!begin(initial.destination, new Attempt(now, firstId, initial.token))) {
            events.ignored(client, ListenerEvents.Ignored.BUSY);
            return false;
        }
        return true;
    }

    // A long header, the fixed bit, type 0 (RFC 9000, section 17.2), version 1. Others are no beginning that kwik
    // accepts.
    private static boolean isInitial(DatagramPacket datagram) {
        byte[] data = datagram.getData();
        int start = datagram.getOffset();
        return datagram.getLength() > 1 + Integer.BYTES + 2
                && (data[start] & 0xf0) == 0xc0
                && data[start + 1] == 0
                && data[start + 2] == 0
                && data[start + 3] == 0
                && data[start + 4] == 1;
    }

    private boolean courtesy(long now) {
        if (now - courtesySecond > TimeUnit.SECONDS.toNanos(1)) {
            courtesySecond = now;
            courtesies = 0;
        }
        return courtesies++ < COURTESIES;
    }

    private void retry(RetryTokens issuer, InetSocketAddress client, Initial initial, DatagramSocket socket, long now) {
        byte[] retryId = new byte[OUR_ID];
        random.nextBytes(retryId);
        byte[] token = issuer.issue(client, initial.destination, retryId, now);
        byte[] bytes = new RetryPacket(Version.QUIC_version_1, retryId, initial.source, initial.destination, token)
                .generatePacketBytes(null);
        try {
            socket.send(new DatagramPacket(bytes, bytes.length, client));
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "a Retry could not be sent: {0}", e.getMessage());
        }
    }

    private synchronized boolean knows(byte[] id) {
        return attempts.containsKey(ByteBuffer.wrap(id));
    }

    private boolean begin(byte[] id, Attempt attempt) {
        List<ServerConnectionImpl> overdue;
        boolean admitted;
        synchronized (this) {
            overdue = sweep(attempt.since);
            admitted = pending < most;
            if (admitted) {
                pending++;
                attempts.put(ByteBuffer.wrap(id), attempt);
            }
        }
        overdue.forEach(KwikInternals::giveUp);
        return admitted;
    }

    private List<ServerConnectionImpl> sweep(long now) {
        Duration longest = pending < most ? LONGEST : LONGEST_CROWDED;
        List<ServerConnectionImpl> overdue = new ArrayList<>();
        for (Iterator<Attempt> each = attempts.values().iterator(); each.hasNext(); ) {
            Attempt attempt = each.next();
            if (now - attempt.since < longest.toNanos()) {
                break;
            }
            each.remove();
            if (attempt.pending) {
                end(attempt);
                if (attempt.connection != null) {
                    overdue.add(attempt.connection);
                }
            }
        }
        return overdue;
    }

    private void end(Attempt attempt) {
        if (attempt.pending) {
            attempt.pending = false;
            pending--;
        }
    }

    /** kwik has made a connection for what began with this id. */
    void created(byte[] id, ServerConnectionImpl connection) {
        Attempt attempt;
        synchronized (this) {
            attempt = attempts.get(ByteBuffer.wrap(id));
            if (attempt == null) {
                return;
            }
            attempt.connection = connection;
        }
        if (attempt.firstId != null) {
            KwikInternals.validated(connection, id, attempt.firstId, attempt.token);
        }
        synchronized (this) {
            attempts.putIfAbsent(
                    ByteBuffer.wrap(connection.getInitialConnectionId().clone()), attempt);
        }
    }

    /** The handshake that began with this id is over, well or not. */
    synchronized void done(byte[] id) {
        Attempt attempt = attempts.get(ByteBuffer.wrap(id));
        if (attempt != null) {
            end(attempt);
            attempt.connection = null;
        }
    }

    /** How many handshakes are under way; for tests. */
    synchronized int pending() {
        return pending;
    }
}
