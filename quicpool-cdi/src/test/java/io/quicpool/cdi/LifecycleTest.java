package io.quicpool.cdi;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PoolStartException;
import io.quicpool.PoolState;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.StreamHandler;
import io.quicpool.StreamPool;
import io.quicpool.settings.SettingsException;
import io.quicpool.testing.LogOf;
import io.quicpool.testing.Pools;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Shutdown;
import jakarta.inject.Inject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.stream.Collectors;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the start of an application to its end: handlers, events, roll-back, nothing left behind. */
class LifecycleTest {

    @TempDir
    Path folder;

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    private static Set<String> ours() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith("quicpool-") || name.startsWith("kwik-"))
                .collect(Collectors.toSet());
    }

    private static Set<ObjectName> mbeans() {
        try {
            return ManagementFactory.getPlatformMBeanServer().queryNames(new ObjectName("io.quicpool:*"), null);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private ClientPool clientOf(App app, String server) {
        int port = app.get(PoolRegistry.class).server(server).localAddress().getPort();
        return pools.client("127.0.0.1:" + port, c -> c.name("outside").capacity(2, 2));
    }

    @ApplicationScoped
    @QuicPool("ingress")
    static class Echo implements StreamHandler {
        static final Queue<String> THREADS = new ConcurrentLinkedQueue<>();

        @Override
        public void handle(PooledStream stream) throws IOException {
            THREADS.add(Thread.currentThread().getName());
            stream.outputStream().write(stream.inputStream().readAllBytes());
        }
    }

    @Dependent
    @QuicPool("second")
    static class Reverse implements StreamHandler {
        static final AtomicBoolean DESTROYED = new AtomicBoolean();

        @Override
        public void handle(PooledStream stream) throws IOException {
            byte[] bytes = stream.inputStream().readAllBytes();
            for (int i = bytes.length - 1; i >= 0; i--) {
                stream.outputStream().write(bytes[i]);
            }
        }

        @PreDestroy
        void end() {
            DESTROYED.set(true);
        }
    }

    private static byte[] ask(ClientPool client, byte... request) throws IOException, InterruptedException {
        try (PooledStream stream = client.take(SOON)) {
            stream.readTimeout(SOON);
            stream.outputStream().write(request);
            stream.outputStream().close();
            return stream.inputStream().readAllBytes();
        }
    }

    @Test
    void aMistypedVariableIsLoggedAtTheStart() {
        String variable = "QUICPOOL_CLIENT__A__MAX_CAPCITY";
        try (LogOf log = new LogOf("io.quicpool", Level.WARNING);
                App app = App.start(Map.of("quicpool.client.\"a\".target", "localhost:1", variable, "100"))) {
            assertThat(app.get(PoolRegistry.class).pools()).hasSize(1);
            assertThat(log.lines(variable + ": is ignored")).hasSize(1);
        }
    }

    @Test
    void handlerBeansServeTheirServerPools() throws Exception {
        Map<String, String> properties = new HashMap<>(App.server("ingress", folder));
        properties.putAll(App.server("second", folder));
        Reverse.DESTROYED.set(false);
        try (App app = App.start(properties, Echo.class, Reverse.class)) {
            assertThat(ask(clientOf(app, "ingress"), (byte) 1, (byte) 2)).containsExactly(1, 2);
            assertThat(ask(clientOf(app, "second"), (byte) 1, (byte) 2)).containsExactly(2, 1);
            assertThat(Echo.THREADS).allMatch(name -> name.startsWith("quicpool-ingress-handler"));
        }
        assertThat(Reverse.DESTROYED).isTrue();
    }

    @Dependent
    @QuicPool("ingress")
    static class Eager implements StreamHandler {
        private final int capacity;

        @Inject
        Eager(@QuicPool("orders") ClientPool orders) {
            capacity = orders.capacityBounds().min();
        }

        @Override
        public void handle(PooledStream stream) throws IOException {
            stream.outputStream().write(capacity);
        }
    }

    @Test
    void aHandlerMayUsePoolsWhileItIsMade() throws Exception {
        ServerPool peer = pools.server(s -> s.name("peer"));
        Map<String, String> properties = new HashMap<>(
                App.client("orders", "127.0.0.1:" + peer.localAddress().getPort()));
        properties.put("quicpool.client.\"orders\".min-capacity", "7");
        properties.putAll(App.server("ingress", folder));
        try (App app = App.start(properties, Eager.class)) {
            assertThat(ask(clientOf(app, "ingress"), (byte) 1)).containsExactly(7);
            assertThat(app.get(PoolRegistry.class).pools()).hasSize(2);
        }
    }

    @ApplicationScoped
    @QuicPool("ingress")
    static class Another implements StreamHandler {
        @Override
        public void handle(PooledStream stream) {}
    }

    @ApplicationScoped
    @QuicPool("nowhere")
    static class Nowhere implements StreamHandler {
        @Override
        public void handle(PooledStream stream) {}
    }

    @Test
    void handlersThatCannotServeFailTheStart() {
        assertThatThrownBy(() -> App.start(App.server("ingress", folder), Echo.class, Another.class, Nowhere.class))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("handler io.quicpool.cdi.LifecycleTest$Nowhere: there is no server pool"
                        + " \"nowhere\": the only server pool is \"ingress\"; set quicpool.server.\"nowhere\".listen")
                .hasMessageContaining(
                        "the server pool \"ingress\" is served by handler io.quicpool.cdi.LifecycleTest$");
        assertThat(ours()).noneMatch(name -> name.contains("ingress"));
    }

    @ApplicationScoped
    @QuicPool
    static class LoaderSeen implements StreamHandler {
        static final Queue<ClassLoader> SEEN = new ConcurrentLinkedQueue<>();

        @Override
        public void handle(PooledStream stream) throws IOException {
            SEEN.add(Thread.currentThread().getContextClassLoader());
            stream.outputStream().write(stream.inputStream().readAllBytes());
        }

        void on(@Observes PoolEvent event) {
            SEEN.add(Thread.currentThread().getContextClassLoader());
        }
    }

    @Test
    void codeOfTheApplicationHasItsClassLoader() throws Exception {
        LoaderSeen.SEEN.clear();
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader application = new URLClassLoader(new URL[0], before)) {
            thread.setContextClassLoader(application);
            try (App app = App.start(App.server("ingress", folder), LoaderSeen.class)) {
                assertThat(ask(clientOf(app, ""), (byte) 1)).containsExactly(1);
                await().untilAsserted(() -> assertThat(LoaderSeen.SEEN).hasSize(2));
            }
            assertThat(LoaderSeen.SEEN).containsOnly(application);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @ApplicationScoped
    static class Listening {
        static final Queue<String> TOLD = new ConcurrentLinkedQueue<>();

        void ready(@Observes PoolEvent.Ready event) {
            TOLD.add("ready " + event.pool().name());
        }

        void lost(@Observes PoolEvent.PeerLost event) {
            TOLD.add("lost " + event.pool().name());
            assertThat(event.reason()).isNotBlank();
        }

        void recovered(@Observes PoolEvent.Recovered event) {
            TOLD.add("recovered " + event.pool().name());
        }
    }

    @Test
    void eventsAreFired() {
        Listening.TOLD.clear();
        ServerPool peer = pools.server(s -> s.name("peer"));
        int port = peer.localAddress().getPort();
        Map<String, String> properties = new HashMap<>(App.client("orders", "127.0.0.1:" + port));
        properties.putAll(App.server("ingress", folder));
        try (App app = App.start(properties, Listening.class)) {
            await().untilAsserted(() ->
                    assertThat(Listening.TOLD).containsExactlyInAnyOrder("ready orders", "ready ingress"));
            peer.close();
            pools.server(s -> s.name("peer"), "127.0.0.1:" + port);
            await().untilAsserted(
                            () -> assertThat(Listening.TOLD).containsSubsequence("lost orders", "recovered orders"));
            assertThat(app.get(PoolRegistry.class).client("orders").ready()).isTrue();
        }
    }

    @Test
    void whatAnEngineCannotDoIsReportedWithAllOtherProblems() {
        Map<String, String> properties = new HashMap<>(App.server("ingress", folder));
        properties.putAll(App.client("orders", "localhost:1"));
        String server = "quicpool.server.\"ingress\".";
        String client = "quicpool.client.\"orders\".";
        properties.put(server + "transport", "kwik");
        properties.put(server + "client-auth", "need");
        properties.put(server + "trust-certificates", properties.get(server + "certificate"));
        properties.put(server + "congestion-control", "bbr");
        properties.put(server + "max-connections", "0");
        properties.put(client + "transport", "kwik");
        properties.put(client + "congestion-control", "reno");
        assertThatThrownBy(() -> App.start(properties))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("quicpool cannot start: 4 problems in its configuration")
                .hasMessageContaining(server + "client-auth = need (from ")
                .hasMessageContaining("must be none with transport = kwik")
                .hasMessageContaining(server + "congestion-control = bbr (from ")
                .hasMessageContaining(server + "max-connections = 0 (from ")
                .hasMessageContaining(client + "congestion-control = reno (from ");
    }

    @Test
    void whenOnePoolCannotStartNothingIsLeft() throws Exception {
        ServerPool peer = pools.server(s -> s.name("peer"));
        Set<String> before = ours();
        try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Map<String, String> properties = new HashMap<>(
                    App.client("orders", "127.0.0.1:" + peer.localAddress().getPort()));
            properties.putAll(App.server("first", folder));
            properties.putAll(App.server("second", folder));
            properties.put("quicpool.server.\"second\".listen", "127.0.0.1:" + taken.getLocalPort());
            assertThatThrownBy(() -> App.start(properties))
                    .isInstanceOf(PoolStartException.class)
                    .hasMessageContaining("server second: cannot listen on 127.0.0.1:" + taken.getLocalPort());
        }
        await().untilAsserted(() -> assertThat(ours()).isSubsetOf(before));
        assertThat(mbeans()).isEmpty();
    }

    @ApplicationScoped
    static class Curious {
        @Inject
        @QuicPool("first")
        ServerPool first;

        void ready(@Observes PoolEvent.Ready event) {
            assertThat(first.name()).isEqualTo("first");
        }
    }

    /** An observer that asks for a pool meanwhile does not start it again. */
    @Test
    void aStartThatFailsIsNotRepeated() throws Exception {
        try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                LogOf log = new LogOf("io.quicpool", Level.INFO)) {
            Map<String, String> properties = new HashMap<>(App.server("first", folder));
            properties.putAll(App.server("second", folder));
            properties.put("quicpool.server.\"second\".listen", "127.0.0.1:" + taken.getLocalPort());
            assertThatThrownBy(() -> App.start(properties, Curious.class)).isInstanceOf(PoolStartException.class);
            await().untilAsserted(() -> assertThat(ours()).noneMatch(name -> name.startsWith("quicpool-first-")));
            assertThat(log.lines("listening on")).hasSize(1);
        }
    }

    @Test
    void startsAgainAfterAStopAndLeavesNoThreadAndNoMBean() {
        ServerPool peer = pools.server(s -> s.name("peer"));
        Map<String, String> properties = new HashMap<>(
                App.client("orders", "127.0.0.1:" + peer.localAddress().getPort()));
        properties.putAll(App.server("ingress", folder));
        Set<String> before = ours();
        for (int i = 0; i < 3; i++) {
            List<StreamPool> open;
            try (App app = App.start(properties, Echo.class)) {
                open = app.get(PoolRegistry.class).pools();
                awaitIdle(app.get(PoolRegistry.class).client("orders"), 8);
                assertThat(mbeans()).hasSize(2);
            }
            assertThat(open).hasSize(2).allMatch(pool -> pool.state() == PoolState.CLOSED);
            await().untilAsserted(() -> assertThat(ours()).isSubsetOf(before));
            assertThat(mbeans()).isEmpty();
        }
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
        ClientPool client = clientOf(app, "ingress");
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
        clientOf(app, "ingress").take(SOON).outputStream().write(1);
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
        clientOf(app, "second");
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
