package io.quicpool.transport.kwik;

import io.quicpool.transport.Deadline;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.QuicConstants.TransportErrorCode;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.crypto.ConnectionSecrets;
import tech.kwik.core.crypto.MissingKeysException;
import tech.kwik.core.frame.ConnectionCloseFrame;
import tech.kwik.core.impl.Role;
import tech.kwik.core.impl.Version;
import tech.kwik.core.impl.VersionHolder;
import tech.kwik.core.log.Logger;
import tech.kwik.core.packet.InitialPacket;
import tech.kwik.core.packet.VersionNegotiationPacket;
import tech.kwik.core.receive.Receiver;
import tech.kwik.core.server.ServerConnectionFactory;
import tech.kwik.core.server.impl.Context;
import tech.kwik.core.server.impl.InitialPacketFilterProxy;
import tech.kwik.core.server.impl.ServerConnectionCandidate;
import tech.kwik.core.server.impl.ServerConnectionProxy;

/**
 * Receives a listener's datagrams and hands each to its connection. In place of kwik's ServerConnectorImpl, which ends the JVM when its
 * receiving thread fails, watches the memory of the whole JVM, queues datagrams without a limit, and waits half a minute when it closes.
 */
final class ServerLoop implements Context {

    private static final System.Logger LOG = System.getLogger("io.quicpool.kwik");

    /** First packets that may wait for a connection. More are dropped. */
    private static final int MAX_QUEUED_HANDSHAKES = 1024;

    // RFC 9000, sections 14.1, 17.2 and 17.3. A long header: flags, version, and the length of the first connection id.
    private static final int MIN_INITIAL_DATAGRAM = 1200;
    private static final int MAX_ID_LENGTH = 20;
    private static final int LONG_HEADER = 0x80;
    private static final int FIXED_BIT = 0x40;
    private static final int DESTINATION_LENGTH_AT = 1 + Integer.BYTES;

    private final ServerSocket socket;
    private final ConnectionTable table;
    private final ServerConnectionFactory factory;
    private final Logger log;
    private final int idLength;
    private final ThreadPoolExecutor handshakes;
    private final ScheduledThreadPoolExecutor timer;
    private final Thread thread;
    private volatile boolean accepting = true;

    /**
     * Makes a loop that does not run yet.
     *
     * @param idLength of the connection ids that the factory's connections give
     * @param dropped called for each first packet that does not fit the queue
     */
    ServerLoop(
            String pool,
            ServerSocket socket,
            ConnectionTable table,
            ServerConnectionFactory factory,
            Logger log,
            int idLength,
            Runnable dropped) {
        this.socket = socket;
        this.table = table;
        this.factory = factory;
        this.log = log;
        this.idLength = idLength;
        ThreadFactory threads = task -> KwikThreads.create("quicpool-" + pool + "-handshakes", task);
        this.handshakes = new ThreadPoolExecutor(
                1,
                1,
                1,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_QUEUED_HANDSHAKES),
                threads,
                (task, executor) -> dropped.run());
        this.handshakes.allowCoreThreadTimeOut(true);
        this.timer = new ScheduledThreadPoolExecutor(1, threads);
        this.timer.setRemoveOnCancelPolicy(true);
        this.timer.setKeepAliveTime(1, TimeUnit.SECONDS);
        this.timer.allowCoreThreadTimeOut(true);
        this.thread = KwikThreads.create("quicpool-" + pool + "-receiver", this::run);
    }

    void start() {
        thread.start();
    }

    @Override
    public ExecutorService getSharedServerExecutor() {
        return handshakes;
    }

    @Override
    public ScheduledExecutorService getSharedScheduledExecutor() {
        return timer;
    }

    /** Refuses new clients from now on. */
    void stopAccepting() {
        accepting = false;
    }

    /** Closes the socket and ends all threads. */
    void close() {
        socket.close();
        handshakes.shutdownNow();
        timer.shutdownNow();
    }

    boolean awaitClosed(Deadline deadline) throws InterruptedException {
        return deadline.join(thread);
    }

    private void run() {
        DatagramPacket packet = new DatagramPacket(new byte[Receiver.MAX_DATAGRAM_SIZE], Receiver.MAX_DATAGRAM_SIZE);
        while (!socket.isClosed()) {
            try {
                packet.setLength(Receiver.MAX_DATAGRAM_SIZE);
                socket.receive(packet);
                byte[] data = Arrays.copyOf(packet.getData(), packet.getLength());
                process(ByteBuffer.wrap(data), (InetSocketAddress) packet.getSocketAddress());
            } catch (IOException | RuntimeException | Error e) {
                // A lack of memory for a moment, for example, must not end the listener.
                report(e);
            }
        }
    }

    private void report(Throwable e) {
        if (socket.isClosed()) {
            return;
        }
        try {
            LOG.log(Level.DEBUG, "a datagram could not be processed", e);
        } catch (RuntimeException | Error unlogged) {
            e.addSuppressed(unlogged);
        }
    }

    private void process(ByteBuffer data, InetSocketAddress client) {
        int flags = data.remaining() > DESTINATION_LENGTH_AT + 1 ? data.get(0) : 0;
        if ((flags & LONG_HEADER) != 0) {
            processLongHeader(data, client);
        } else if ((flags & FIXED_BIT) != 0 && data.remaining() > 1 + idLength + 2) {
            pass(table.get(bytes(data, 1, idLength)), data, client);
        }
    }

    private void processLongHeader(ByteBuffer data, InetSocketAddress client) {
        int destinationLength = data.get(DESTINATION_LENGTH_AT) & 0xff;
        int sourceAt = DESTINATION_LENGTH_AT + 1 + destinationLength;
        int sourceLength = data.limit() > sourceAt ? data.get(sourceAt) & 0xff : 0;
        if (data.limit() <= sourceAt + 1 + sourceLength) {
            return;
        }
        byte[] destination = bytes(data, DESTINATION_LENGTH_AT + 1, destinationLength);
        byte[] source = bytes(data, sourceAt + 1, sourceLength);
        int version = data.getInt(1);
        if (version != Version.QUIC_version_1.getId()) {
            // RFC 9000, section 6.1.
            if (data.limit() >= MIN_INITIAL_DATAGRAM && version != 0) {
                byte[] answer = new VersionNegotiationPacket(List.of(Version.QUIC_version_1), destination, source)
                        .generatePacketBytes(null);
                socket.send(answer, client);
            }
        } else if (destinationLength <= MAX_ID_LENGTH) {
            ServerConnectionProxy known = table.get(destination);
            boolean initial = InitialPacket.isInitial(data.get(0), version);
            pass(known == null && initial ? begin(client, source, destination) : known, data, client);
        }
    }

    // Only the receiving thread, so no other begins the same connection.
    private @Nullable ServerConnectionProxy begin(InetSocketAddress client, byte[] source, byte[] destination) {
        if (!accepting) {
            refuse(client, source, destination);
            return null;
        }
        ServerConnectionProxy candidate = new ServerConnectionCandidate(
                this, Version.QUIC_version_1, client, source, destination, factory, table, log);
        // With the id that the client chose, for packets that it sends before it knows the server's.
        table.registerConnection(new InitialPacketFilterProxy(candidate, Version.QUIC_version_1, log), destination);
        return candidate;
    }

    private static void pass(@Nullable ServerConnectionProxy connection, ByteBuffer data, InetSocketAddress client) {
        if (connection != null) {
            connection.parsePackets(0, Instant.now(), data, client);
        }
    }

    private void refuse(InetSocketAddress client, byte[] source, byte[] destination) {
        Version version = Version.QUIC_version_1;
        InitialPacket refusal = new InitialPacket(
                version,
                destination,
                source,
                null,
                new ConnectionCloseFrame(version, TransportErrorCode.CONNECTION_REFUSED.value, ""));
        refusal.setPacketNumber(0);
        ConnectionSecrets secrets = new ConnectionSecrets(VersionHolder.with(version), Role.Server, null, log);
        secrets.computeInitialKeys(destination);
        try {
            socket.send(refusal.generatePacketBytes(secrets.getOwnAead(EncryptionLevel.Initial)), client);
        } catch (MissingKeysException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(ByteBuffer data, int from, int length) {
        byte[] bytes = new byte[length];
        data.get(from, bytes);
        return bytes;
    }
}
