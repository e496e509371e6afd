package io.quicpool.testing;

import static io.quicpool.testing.Patience.SOON;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.ServerPoolConfigBuilder;
import io.quicpool.config.TlsMode;
import io.quicpool.tls.ServerTrust;
import io.quicpool.transport.ConnectSpec;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.EngineStream;
import io.quicpool.transport.ListenSpec;
import io.quicpool.transport.Listener;
import io.quicpool.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A peer that speaks QUIC but knows nothing of quicpool. Tests use it for everything that a peer may do right or wrong. */
public final class RawPeer implements ConnectionEvents, AutoCloseable {

    /** The idle time-out of both ends. Long, because on a busy machine an end may be silent for a while. */
    public static final Duration IDLE_TIMEOUT = Duration.ofSeconds(30);

    /** Maximum time for closing at the end of a test. */
    private static final Duration CLEARED = Duration.ofSeconds(5);

    // Clients use the engine of client pools, servers that of server pools.
    private final Transport client;
    private final Transport server;
    private final Consumer<EngineStream> onStream;
    public final Queue<String> losses = new ConcurrentLinkedQueue<>();
    public final Queue<Connection> connections = new ConcurrentLinkedQueue<>();
    private final Queue<Listener> listeners = new ConcurrentLinkedQueue<>();

    public RawPeer() {
        this(stream -> {});
    }

    /** Handles each stream that the peer opens. */
    public RawPeer(Consumer<EngineStream> onStream) {
        this(onStream, Engines.named(Pools.CLIENT_ENGINE), Engines.named(Pools.SERVER_ENGINE));
    }

    /** Over given engines. */
    public RawPeer(Consumer<EngineStream> onStream, Transport client, Transport server) {
        this.onStream = onStream;
        this.client = client;
        this.server = server;
    }

    public Connection connect(InetSocketAddress server) throws IOException, InterruptedException {
        return connect(server, "np-quic", SOON);
    }

    public Connection connect(InetSocketAddress server, String alpn, Duration timeout)
            throws IOException, InterruptedException {
        return connect(spec(server, alpn, IDLE_TIMEOUT, timeout));
    }

    public Connection connect(InetSocketAddress server, Duration idleTimeout) throws IOException, InterruptedException {
        return connect(spec(server, "np-quic", idleTimeout, SOON));
    }

    private Connection connect(ConnectSpec spec) throws IOException, InterruptedException {
        Connection connection = client.connect(spec, this);
        connections.add(connection);
        return connection;
    }

    /** How it connects: without checking the server's certificate. */
    public static ConnectSpec spec(InetSocketAddress server, String alpn) {
        return spec(server, alpn, IDLE_TIMEOUT, SOON);
    }

    private static ConnectSpec spec(InetSocketAddress server, String alpn, Duration idleTimeout, Duration timeout) {
        ClientPoolConfig config = ClientPoolConfig.builder()
                .target("localhost:1")
                .tlsMode(TlsMode.INSECURE)
                .keepAlive(idleTimeout.dividedBy(3))
                .connectTimeout(timeout)
                .build();
        // Also one that no pool may have.
        return new ConnectSpec("raw", server, ServerTrust.of(config), alpn, config);
    }

    public Listener listen(int maxStreams) throws IOException {
        return listen(maxStreams, false);
    }

    /** On a port that is not ephemeral: another socket could take one of those when the listener is closed. */
    public Listener listen(int maxStreams, boolean addressValidation) throws IOException {
        while (true) {
            try {
                return listen(maxStreams, addressValidation, Pools.freePort());
            } catch (IOException e) {
                // Another process has taken the port meanwhile.
                if (!String.valueOf(e.getMessage()).contains("Address already in use")) {
                    throw e;
                }
            }
        }
    }

    private Listener listen(int maxStreams, boolean addressValidation, int port) throws IOException {
        Listener listener = server.listen(
                listenSpec("raw", port, maxStreams, s -> s.maxPendingHandshakes(128)
                        .addressValidation(addressValidation)),
                connection -> {
                    connections.add(connection);
                    return this;
                });
        listeners.add(listener);
        return listener;
    }

    /** How it listens, on the loopback address. */
    public static ListenSpec listenSpec(
            String name, int port, int maxStreams, UnaryOperator<ServerPoolConfigBuilder> settings) {
        ServerPoolConfigBuilder builder = ServerPoolConfig.builder()
                .name(name)
                .listen("localhost:0")
                .certificate(Pools.CERTIFICATE)
                .keepAlive(IDLE_TIMEOUT.dividedBy(3));
        return new ListenSpec(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                maxStreams,
                null,
                settings.apply(builder).build());
    }

    /** Opens a stream and sends these bytes. */
    public static EngineStream open(Connection connection, int... bytes)
            throws IOException, InterruptedException, ExecutionException {
        EngineStream stream = connection.openStream().toCompletableFuture().get();
        for (int each : bytes) {
            stream.output().write(each);
        }
        return stream;
    }

    @Override
    public void accepted(EngineStream stream) {
        onStream.accept(stream);
    }

    @Override
    public void lost(String reason) {
        losses.add(reason);
    }

    @Override
    public void close() {
        try {
            for (Connection connection : connections) {
                connection.close(0, "raw peer closed");
                connection.awaitClosed(CLEARED);
            }
            for (Listener listener : listeners) {
                listener.close(CLEARED);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
