package io.quicpool.cdi;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PoolState;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.StreamHandler;
import io.quicpool.testing.LogOf;
import io.quicpool.testing.Pools;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Shutdown;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of an application: requests are drained, nothing blocks it for long, and it warns of nothing. */
class ApplicationEndTest {

    @TempDir
    Path folder;

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    @ApplicationScoped
    @QuicPool("ingress")
    static class Slow implements StreamHandler {
        static final AtomicReference<CountDownLatch> STARTED = new AtomicReference<>(new CountDownLatch(1));
        static final AtomicReference<CountDownLatch> GO_ON = new AtomicReference<>(new CountDownLatch(1));

        @Inject
        @QuicPool("orders")
        ClientPool orders;

        // Runs before the pools are closed.
        void stop(@Observes Shutdown event) {
            GO_ON.get().countDown();
        }

        @Override
        public void handle(PooledStream stream) throws IOException, InterruptedException {
            STARTED.get().countDown();
            if (!GO_ON.get().await(SOON.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("never told to go on");
            }
            // A request that is being drained may still ask others.
            try (PooledStream other = orders.take(SOON)) {
                other.outputStream().write(1);
            }
            stream.outputStream().write(stream.inputStream().readAllBytes());
        }
    }

    @Test
    void requestsThatAreBeingServedAreDrained() throws Exception {
        ServerPool peer = pools.server(s -> s.name("peer"));
        Map<String, String> properties = new HashMap<>(
                App.client("orders", "127.0.0.1:" + peer.localAddress().getPort()));
        properties.putAll(App.server("ingress", folder));
        properties.put("quicpool.server.\"ingress\".drain-timeout", "60s");
        App app = App.start(properties, Slow.class);
        ClientPool client = app.clientOf("ingress", pools);
        try (PooledStream stream = client.take(SOON)) {
            stream.readTimeout(SOON);
            stream.outputStream().write(7);
            stream.outputStream().close();
            assertThat(Slow.STARTED.get().await(SOON.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            long start = System.nanoTime();
            app.close();
            System.out.println("an application with a request in flight stopped after "
                    + (System.nanoTime() - start) / 1_000_000 + " ms");
            assertThat(stream.inputStream().readAllBytes()).containsExactly(7);
        }
    }

    @ApplicationScoped
    @QuicPool("ingress")
    static class Deaf implements StreamHandler {
        static final Semaphore STARTED = new Semaphore(0);
        static final Semaphore GO_ON = new Semaphore(0);

        @Override
        public void handle(PooledStream stream) {
            STARTED.release();
            GO_ON.acquireUninterruptibly();
        }
    }

    private Map<String, String> bothDrain(String timeout) {
        ServerPool peer = pools.server(s -> s.name("peer"));
        Map<String, String> properties = new HashMap<>(
                App.client("orders", "127.0.0.1:" + peer.localAddress().getPort()));
        properties.putAll(App.server("ingress", folder));
        properties.put("quicpool.server.\"ingress\".drain-timeout", timeout);
        properties.put("quicpool.client.\"orders\".drain-timeout", timeout);
        return properties;
    }

    // Until a handler has a stream of the server pool, and a caller one of the client pool.
    private PooledStream occupy(App app) throws Exception {
        app.clientOf("ingress", pools).take(SOON).outputStream().write(1);
        assertThat(Deaf.STARTED.tryAcquire(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return app.get(PoolRegistry.class).client("orders").take(SOON);
    }

    /** Servers and clients share the time for draining. */
    @Test
    void anApplicationEndsASecondAfterItsDrainTimeoutWhateverBlocks() throws Exception {
        // A busy machine adds to the time that it takes. Pools that drain one after the other multiply it.
        Map<String, String> properties = bothDrain("2s");
        for (int drain = 2; ; drain *= 2) {
            String timeout = drain + "s";
            properties.replaceAll((key, value) -> key.endsWith(".drain-timeout") ? timeout : value);
            App app = App.start(properties, Deaf.class);
            PooledStream held = occupy(app);
            long start = System.nanoTime();
            app.close();
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            held.close();
            Deaf.GO_ON.release();
            System.out.println(
                    "an application whose handler and stream never end closed " + took + " after " + drain + " s");
            if (took.compareTo(Duration.ofSeconds(2L * drain)) < 0) {
                return;
            }
            assertThat(drain).isLessThan(16);
        }
    }

    @Test
    void anInterruptEndsTheDrainingOfAllPools() throws Exception {
        Map<String, String> properties = bothDrain("1h");
        properties.putAll(App.server("second", folder));
        properties.put("quicpool.server.\"second\".drain-timeout", "1h");
        App app = App.start(properties, Deaf.class);
        ClientPool orders = app.get(PoolRegistry.class).client("orders");
        ServerPool second = app.get(PoolRegistry.class).server("second");
        List<PooledStream> held = new ArrayList<>(List.of(occupy(app)));
        app.clientOf("second", pools);
        held.add(second.take(SOON));
        Thread closing = new Thread(app::close);
        closing.start();
        await().until(() -> second.state() == PoolState.CLOSING);
        assertThat(orders.state()).isEqualTo(PoolState.RUNNING);
        closing.interrupt();
        try {
            await().until(() -> second.state() == PoolState.CLOSED && orders.state() == PoolState.CLOSED);
        } finally {
            held.forEach(PooledStream::close);
            Deaf.GO_ON.release();
        }
        closing.join();
    }

    @ApplicationScoped
    @QuicPool("both")
    static class Reader implements StreamHandler {
        @Inject
        @QuicPool("both")
        ClientPool others;

        @Override
        public void handle(PooledStream stream) throws IOException {
            assertThat(others.name()).isEqualTo("both");
            stream.inputStream().readAllBytes();
        }
    }

    /** Servers open before their clients, and the end of the application causes no warnings. */
    @Test
    void anApplicationWithBothEndsWarnsOfNothing() throws Exception {
        try (LogOf log = new LogOf("io.quicpool", Level.WARNING)) {
            int port = Pools.freePort();
            Map<String, String> properties = new HashMap<>(App.server("both", folder));
            properties.put("quicpool.server.\"both\".listen", "127.0.0.1:" + port);
            properties.put("quicpool.server.\"both\".drain-timeout", "500ms");
            properties.putAll(App.client("both", "127.0.0.1:" + port));
            App app = App.start(properties, Reader.class);
            ClientPool client = app.get(PoolRegistry.class).client("both");
            await().until(client::ready);
            assertThat(client.snapshot().lastError()).isNull();
            assertThat(client.errorCount()).isZero();
            PooledStream held = client.take(SOON);
            held.outputStream().write(1);
            app.close();
            assertThat(client.state()).isEqualTo(PoolState.CLOSED);
            assertThat(log.lines()).isEmpty();
        }
    }
}
