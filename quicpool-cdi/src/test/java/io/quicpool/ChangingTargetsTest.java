package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ClientPoolConfigBuilder;
import io.quicpool.config.ConfigException;
import io.quicpool.config.Endpoint;
import io.quicpool.config.PoolOptions;
import io.quicpool.config.ResolveMode;
import io.quicpool.config.TargetAddress;
import io.quicpool.config.TargetSource;
import io.quicpool.config.TlsMode;
import io.quicpool.jmx.PoolMBeans;
import io.quicpool.testing.LogOf;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client pool whose targets come and go, are near or far, and fail. Three servers have the same port on three addresses. */
class ChangingTargetsTest {

    private final Pools pools = new Pools();
    private final int port = Pools.freePort();
    private final List<ServerPool> servers = new ArrayList<>();

    @BeforeEach
    void open() {
        for (int i = 1; i <= 3; i++) {
            servers.add(pools.server(s -> s, ip(i) + ":" + port));
        }
    }

    @AfterEach
    void close() {
        pools.close();
    }

    private static String ip(int server) {
        return "127.0.0." + server;
    }

    /** A source that a test controls. */
    private static final class Source implements TargetSource {

        private final AtomicReference<Listener> listener = new AtomicReference<>();
        private volatile List<TargetAddress> now = List.of();
        private volatile boolean closed;

        @Override
        public Subscription open(Listener opened) {
            listener.set(opened);
            opened.targets(now);
            return () -> closed = true;
        }

        void tell(List<TargetAddress> targets) {
            now = targets;
            listener.get().targets(targets);
        }
    }

    private List<TargetAddress> targets(Integer... which) {
        return Arrays.stream(which)
                .map(server -> TargetAddress.of(new Endpoint(ip(server), port)))
                .toList();
    }

    private ClientPool client(UnaryOperator<ClientPoolConfigBuilder> settings) {
        ClientPoolConfigBuilder builder = ClientPoolConfig.builder()
                .name("client")
                .transport(Pools.CLIENT_ENGINE)
                .tlsMode(TlsMode.SELF_SIGNED)
                .fingerprint(Pools.CERTIFICATE.fingerprint())
                .capacity(4, 4)
                .idTimeout(SOON)
                .connectTimeout(SOON);
        return pools.keep(QuicPools.open(settings.apply(builder).build()));
    }

    private Source source(Integer... which) {
        Source source = new Source();
        source.now = targets(which);
        return source;
    }

    private static Set<String> peers(ClientPool client) throws InterruptedException {
        Set<String> peers = new TreeSet<>();
        for (int i = 0; i < 12; i++) {
            try (PooledStream stream = client.take(SOON)) {
                peers.add(stream.remoteAddress().getAddress().getHostAddress());
            }
        }
        return peers;
    }

    private static String peer(PooledStream stream) {
        return stream.remoteAddress().getAddress().getHostAddress();
    }

    // ---- which targets there are

    @Test
    void aTargetThatComesIsFilledAndUsed() throws Exception {
        Source source = source(1, 2);
        ClientPool client = client(c -> c.targetSource(source));
        awaitIdle(client, 8);
        assertThat(peers(client)).containsExactly(ip(1), ip(2));
        source.tell(targets(1, 2, 3));
        awaitIdle(client, 12);
        assertThat(peers(client)).containsExactly(ip(1), ip(2), ip(3));
        assertThat(client.members()).extracting(ClientPool::name).contains("client@" + ip(3) + ":" + port);
        client.close();
        assertThat(source.closed).isTrue();
    }

    @Test
    void aTargetThatGoesIsDrainedAndNoStreamIsCut() throws Exception {
        servers.get(0).answer(SOMETHING);
        Source source = source(1, 2);
        ClientPool client = client(c -> c.targetSource(source));
        awaitIdle(client, 8);
        PooledStream there = takeFrom(client, ip(1));
        source.tell(targets(2));
        await().until(() -> client.members().size() == 1);
        assertThat(peers(client)).containsExactly(ip(2));
        there.outputStream().write(new byte[] {1, 2, 3});
        there.outputStream().close();
        assertThat(there.inputStream().readAllBytes()).containsExactly(1, 2, 3);
        there.close();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("quicpool-client@" + ip(1))));
    }

    private static final RequestHandler SOMETHING = request -> CompletableFuture.completedFuture(request.bytes());

    private static PooledStream takeFrom(ClientPool client, String ip) throws InterruptedException {
        while (true) {
            PooledStream stream = client.take(SOON);
            if (peer(stream).equals(ip)) {
                return stream;
            }
            stream.close();
        }
    }

    @Test
    void whoWaitsGetsAStreamOfATargetThatComesLater() throws Exception {
        Source source = source();
        ClientPool client = client(c -> c.targetSource(source));
        assertThat(client.ready()).isFalse();
        assertThat(client.state()).isEqualTo(PoolState.RUNNING);
        CompletableFuture<PooledStream> waiting = client.takeAsync(SOON).toCompletableFuture();
        CompletableFuture<PooledStream> forever =
                client.takeAsync(new StreamId(1), SOON).toCompletableFuture();
        source.tell(targets(1));
        try (PooledStream stream = waiting.get(SOON.toSeconds(), TimeUnit.SECONDS)) {
            assertThat(peer(stream)).isEqualTo(ip(1));
        }
        source.tell(List.of());
        await().until(() -> client.members().isEmpty());
        assertThat(forever).as("its target was drained, another one may come").isNotDone();
        client.close();
        await().untilAsserted(() -> assertThat(forever).isCompletedExceptionally());
        assertThatExceptionOfType(PoolClosedException.class).isThrownBy(() -> client.take(SOON));
    }

    @Test
    void aSuspendedPoolStaysSuspendedWhateverComes() {
        Source source = source();
        ClientPool client = client(c -> c.targetSource(source));
        client.suspend();
        assertThat(client.state()).isEqualTo(PoolState.SUSPENDED);
        source.tell(targets(1));
        awaitIdle(client, 4);
        assertThat(client.state()).isEqualTo(PoolState.SUSPENDED);
        client.resume();
        assertThat(client.state()).isEqualTo(PoolState.RUNNING);
    }

    @Test
    void eachAddressOfANameIsATarget() throws Exception {
        AtomicReference<List<Integer>> name = new AtomicReference<>(List.of(1, 2));
        Duration interval = Duration.ofMillis(500);
        ClientPool client = client(c -> c.target("orders.example:" + port)
                .resolve(ResolveMode.ALL)
                .resolveInterval(interval)
                .resolver(target -> {
                    if (name.get().isEmpty()) {
                        throw new IOException("no name server");
                    }
                    return name.get().stream()
                            .map(each -> new InetSocketAddress(ip(each), target.port()))
                            .toList();
                }));
        awaitIdle(client, 8);
        try (LogOf log = new LogOf("io.quicpool", Level.INFO)) {
            name.set(List.of(3, 2));
            long changed = System.nanoTime();
            await().until(() -> peers(client).contains(ip(3)));
            System.out.println("an address that was added is used after "
                    + Duration.ofNanos(System.nanoTime() - changed).toMillis() + " ms, with resolve-interval "
                    + interval.toMillis() + " ms");
            await().until(() -> !peers(client).contains(ip(1)));
            name.set(List.of());
            await().until(() -> log.lines().stream().anyMatch(line -> line.contains("no name server")));
            assertThat(peers(client)).as("the last known ones").containsExactly(ip(2), ip(3));
        }
    }

    @Test
    void refusesASchemeThatNobodyKnows() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> client(c -> c.target("elsewhere://orders")))
                .withMessage("client client: target = elsewhere://orders:"
                        + " there is no target source for elsewhere:// on the class path; known are []");
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> client(c -> c.target("stork://orders")))
                .withMessageEndingWith(": add io.quicpool:quicpool-stork");
    }

    @Test
    void eachTargetHasAnMBeanWhileItIsThere() throws Exception {
        Source source = source(1);
        ClientPool client = client(c -> c.name("beans").targetSource(source));
        List<ObjectName> names = PoolMBeans.register(client, "changing");
        ObjectName of = new ObjectName("io.quicpool:type=ClientPool,name=\"beans\",application=\"changing\",member=*");
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        await().until(() -> beans.queryNames(of, null).size() == 1);
        assertThat(names).isNotEmpty();
        source.tell(targets(2, 3));
        await().untilAsserted(() -> assertThat(beans.queryNames(of, null))
                .extracting(name -> name.getKeyProperty("member"))
                .containsExactlyInAnyOrder(ObjectName.quote(ip(2) + ":" + port), ObjectName.quote(ip(3) + ":" + port)));
        client.close();
        await().until(() -> beans.queryNames(of, null).isEmpty());
    }

    // ---- which of them callers get

    @Test
    void theOwnZoneIsPreferredWhileHalfOfItIsReady() throws Exception {
        ClientPool client = client(c -> c.capacity(12, 12)
                .option(PoolOptions.ZONE, "a")
                .target(ip(1) + ":" + port + "@a, " + ip(2) + ":" + port + "@b, " + ip(3) + ":" + port));
        awaitIdle(client, 36);
        await().untilAsserted(() -> assertThat(peers(client)).containsExactly(ip(1)));
        servers.get(0).close();
        await().untilAsserted(() -> assertThat(peers(client)).containsExactly(ip(2), ip(3)));
        pools.server(s -> s, ip(1) + ":" + port);
        await().untilAsserted(() -> assertThat(peers(client)).containsExactly(ip(1)));
    }

    @Test
    void aTargetThatFailsSeveralTimesInARowIsEjectedAndComesBack() throws Exception {
        try (LogOf log = new LogOf("io.quicpool", Level.INFO)) {
            ClientPool client = client(c -> c.targetSource(source(1, 2, 3))
                    .option(PoolOptions.EJECT_AFTER, 3)
                    .option(PoolOptions.EJECT_TIME, Duration.ofSeconds(3)));
            awaitIdle(client, 12);
            for (int failures = 0; failures < 3; failures++) {
                try (PooledStream stream = takeFrom(client, ip(2))) {
                    stream.failed(new IOException("a wrong answer"));
                }
            }
            await().untilAsserted(() -> assertThat(peers(client)).containsExactly(ip(1), ip(3)));
            assertThat(log.lines())
                    .contains("client client: target " + ip(2) + ":" + port
                            + " is ejected for 3s: it failed several times in a row, last: a wrong answer");
            await().untilAsserted(() -> assertThat(peers(client)).containsExactly(ip(1), ip(2), ip(3)));
            assertThat(log.lines()).contains("client client: target " + ip(2) + ":" + port + " is no longer ejected");
        }
    }

    @Test
    void aTargetThatDoesNotAnswerInTimeIsEjected() throws Exception {
        servers.get(1).answer(request -> new CompletableFuture<>());
        try (LogOf log = new LogOf("io.quicpool", Level.WARNING)) {
            ClientPool client = client(c -> c.targetSource(source(1, 2, 3)).option(PoolOptions.EJECT_AFTER, 3));
            awaitIdle(client, 12);
            ClientPool mute = client.members().get(1);
            await().untilAsserted(() -> {
                assertThatExceptionOfType(RequestTimeoutException.class)
                        .isThrownBy(() -> mute.requestBlocking(new byte[] {1}, Duration.ofMillis(200)));
                assertThat(log.lines())
                        .anyMatch(line -> line.contains("target " + ip(2) + ":" + port + " is ejected for 30s"));
            });
            await().untilAsserted(() -> assertThat(peers(client)).containsExactly(ip(1), ip(3)));
        }
    }

    /** It completes handshakes and gives no id. */
    @Test
    void aTargetThatServesNothingIsEjectedAndNobodyWaitsForIt() throws Exception {
        try (RawPeer raw = new RawPeer();
                LogOf log = new LogOf("io.quicpool", Level.WARNING)) {
            InetSocketAddress mute = raw.listen(100).localAddress();
            ClientPool client = client(c -> c.target(Endpoint.text(mute) + "," + ip(2) + ":" + port)
                    .option(PoolOptions.EJECT_AFTER, 3)
                    .idTimeout(Duration.ofMillis(500)));
            await().until(client::ready);
            for (int i = 0; i < 100; i++) {
                try (PooledStream stream = client.take(SOON)) {
                    assertThat(peer(stream)).isEqualTo(ip(2));
                }
            }
            await().until(() -> log.lines().stream()
                    .anyMatch(line -> line.contains("target " + Endpoint.text(mute) + " is ejected for 30s")));
            assertThat(client.snapshot().totals().timeouts()).isZero();
        }
    }

    /** A restart must not cost a target its share for long. */
    @Test
    void aTargetThatWasDownIsUsedAsSoonAsItIsBack() throws Exception {
        try (LogOf log = new LogOf("io.quicpool", Level.WARNING)) {
            ClientPool client = client(c -> c.targetSource(source(1, 2, 3)).option(PoolOptions.EJECT_AFTER, 1));
            awaitIdle(client, 12);
            servers.get(1).close();
            await().until(() ->
                    log.lines().stream().anyMatch(line -> line.contains(ip(2) + ":" + port + " is ejected")));
            pools.server(s -> s, ip(2) + ":" + port);
            await().untilAsserted(() -> assertThat(peers(client)).containsExactly(ip(1), ip(2), ip(3)));
        }
    }
}
