package io.quicpool.testing;

import static io.quicpool.testing.Patience.SOON;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PoolObserver;
import io.quicpool.PoolStartException;
import io.quicpool.QuicPools;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ClientPoolConfigBuilder;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.ServerPoolConfigBuilder;
import io.quicpool.config.TlsMode;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;

/** Real pools over loopback, closed at the end of a test: clients before servers. */
public final class Pools implements AutoCloseable {

    /** One for all tests: making a key takes time. */
    public static final KeyMaterial CERTIFICATE = TestCertificates.selfSigned("localhost", "127.0.0.1", "::1");

    /** The engines of the pools under test. */
    public static final String CLIENT_ENGINE = System.getProperty("test.engine.client", "kwik");

    public static final String SERVER_ENGINE = System.getProperty("test.engine.server", "kwik");

    static {
        // Also in modules in which JUnit does not find PatientAwaits.
        Awaitility.setDefaultTimeout(SOON);
    }

    private final Deque<StreamPool> open = new ArrayDeque<>();
    private final List<PoolObserver> observers = new ArrayList<>();

    /** Observes all pools that are opened from now on. */
    public <O extends PoolObserver> O observedBy(O observer) {
        observers.add(observer);
        return observer;
    }

    /**
     * A server on a free port of loopback. It is not an ephemeral port, which another socket could take while the server is closed.
     */
    public ServerPool server(UnaryOperator<ServerPoolConfigBuilder> settings) {
        while (true) {
            try {
                return server(settings, "127.0.0.1:" + freePort());
            } catch (PoolStartException e) {
                // Another process has taken the port meanwhile.
                if (!String.valueOf(e.getMessage()).contains("Address already in use")) {
                    throw e;
                }
            }
        }
    }

    /** A port that nobody has now. */
    public static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(10_000, 32_000);
            try (DatagramSocket socket = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (SocketException taken) {
                // The next one.
            }
        }
    }

    /** A server at a given address. */
    public ServerPool server(UnaryOperator<ServerPoolConfigBuilder> settings, String listen) {
        ServerPoolConfigBuilder builder = ServerPoolConfig.builder()
                .name("server")
                .transport(SERVER_ENGINE)
                .listen(listen)
                .certificate(CERTIFICATE);
        return keep(QuicPools.open(settings.apply(builder).build(), observers));
    }

    /** A client of that server, which pins its certificate. */
    public ClientPool client(ServerPool server, UnaryOperator<ClientPoolConfigBuilder> settings) {
        return client("127.0.0.1:" + server.localAddress().getPort(), settings);
    }

    /** A client of that address. */
    public ClientPool client(String target, UnaryOperator<ClientPoolConfigBuilder> settings) {
        ClientPoolConfigBuilder builder = ClientPoolConfig.builder()
                .name("client")
                .transport(CLIENT_ENGINE)
                .target(target)
                .tlsMode(TlsMode.SELF_SIGNED)
                .fingerprint(CERTIFICATE.fingerprint())
                .idTimeout(SOON)
                .connectTimeout(SOON);
        return keep(QuicPools.open(settings.apply(builder).build(), observers));
    }

    /** Closes it at the end of the test. */
    public <P extends StreamPool> P keep(P pool) {
        open.push(pool);
        return pool;
    }

    /** Closes it now. */
    public void close(StreamPool pool) {
        open.remove(pool);
        pool.close();
    }

    /** Waits until the pool has so many idle streams. */
    public static void awaitIdle(StreamPool pool, int idle) {
        await().untilAsserted(() -> {
            if (pool.active() != idle) {
                throw new AssertionError("expected " + idle + " idle streams: " + pool.snapshot());
            }
        });
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }
}
