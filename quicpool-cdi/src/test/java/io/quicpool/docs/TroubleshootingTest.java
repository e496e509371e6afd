package io.quicpool.docs;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.QuicPools;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ClientPoolConfigBuilder;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.PoolOptions;
import io.quicpool.config.TlsMode;
import io.quicpool.config.TrustMaterial;
import io.quicpool.jmx.PoolMBeans;
import io.quicpool.settings.SettingsException;
import io.quicpool.settings.SettingsReader;
import io.quicpool.testing.LogOf;
import io.quicpool.testing.Pools;
import io.quicpool.testing.Relay;
import io.quicpool.testing.TestCertificates;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The messages that docs/troubleshooting.md quotes are real. They are the texts in backquotes after "Says:" and in the first column of a
 * table. {@code <...>} stands for the parts that differ.
 */
class TroubleshootingTest {

    private static final Map<String, List<String>> SECTIONS = new Page("troubleshooting.md").sections();
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    private static final Duration SHORT = Duration.ofMillis(300);

    private final Pools pools = new Pools();
    private final List<StreamPool> watched = new ArrayList<>();
    private final Queue<String> said = new ConcurrentLinkedQueue<>();
    private final LogOf log = new LogOf("io.quicpool");

    @AfterEach
    void close() {
        pools.close();
        log.close();
    }

    // ---- the page

    private static List<String> section(String heading) {
        List<String> section = SECTIONS.get(heading);
        assertThat(section).as("the page has the section " + heading).isNotNull();
        return Objects.requireNonNull(section);
    }

    private static Stream<String> quoted(String text) {
        return QUOTED.matcher(text).results().map(result -> result.group(1));
    }

    private static List<String> messages(String heading) {
        return section(heading).stream()
                .flatMap(line -> line.startsWith("- Says:")
                        ? quoted(line)
                        : line.startsWith("| `") ? quoted(line).limit(1) : Stream.empty())
                .toList();
    }

    private static List<String> fixedParts(String message) {
        return Arrays.stream(message.split("<[^>]*>", -1))
                .filter(part -> !part.isBlank())
                .toList();
    }

    /** Waits until every message that the section quotes was logged, thrown, or kept as the last error. */
    private void saysAll(String heading) {
        List<String> messages = messages(heading);
        assertThat(messages).as(heading).isNotEmpty();
        await().untilAsserted(() -> assertThat(messages).allSatisfy(message -> {
            String pattern = fixedParts(message).stream().map(Pattern::quote).collect(Collectors.joining(".*"));
            assertThat(everything()).anyMatch(text -> Pattern.compile(pattern, Pattern.DOTALL)
                    .matcher(text)
                    .find());
        }));
    }

    /** Waits until health shows the pool as the section says; of several texts, as the last. */
    private static void healthShows(String heading, StreamPool pool) {
        List<String> entries = section(heading).stream()
                .filter(line -> line.startsWith("- Health:"))
                .flatMap(TroubleshootingTest::quoted)
                .toList();
        assertThat(entries).as(heading).isNotEmpty();
        await().untilAsserted(() -> assertThat((pool.ready() ? "ready, " : "not ready, ")
                        + pool.snapshot().state() + ", "
                        + pool.snapshot().linkText())
                .isEqualTo(entries.get(entries.size() - 1)));
    }

    private List<String> everything() {
        List<String> all = new ArrayList<>(said);
        all.addAll(log.lines());
        watched.forEach(pool -> all.add(String.valueOf(pool.snapshot().lastError())));
        return all;
    }

    private <P extends StreamPool> P watch(P pool) {
        watched.add(pool);
        return pool;
    }

    private void thrown(Throwable failure) {
        said.add(String.valueOf(failure.getMessage()));
    }

    private ClientPool client(String target, UnaryOperator<ClientPoolConfigBuilder> settings) {
        return watch(pools.client(target, settings));
    }

    private ClientPool client(ServerPool server, UnaryOperator<ClientPoolConfigBuilder> settings) {
        return client("127.0.0.1:" + server.localAddress().getPort(), settings);
    }

    // ---- connecting

    @Test
    void noAnswer() throws Exception {
        try (DatagramSocket mute = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            ClientPool client = client("127.0.0.1:" + mute.getLocalPort(), c -> c.connectTimeout(SHORT));
            saysAll("No answer while connecting");
            healthShows("No answer while connecting", client);
        }
    }

    @Test
    void nobodyListens() {
        ClientPool client = client("127.0.0.1:" + Pools.freePort(), c -> c);
        saysAll("Nobody listens");
        healthShows("Nobody listens", client);
    }

    @Test
    void unknownHost() {
        // Longer than a name may be, so no name server is asked.
        ClientPool client = client("a".repeat(70) + ":4433", c -> c);
        saysAll("The host is unknown, or its address has changed");
        healthShows("The host is unknown, or its address has changed", client);
    }

    @Test
    void certificate() {
        KeyMaterial authority = TestCertificates.authority();
        TrustMaterial trust = TrustMaterial.of(authority.certificateChain());
        KeyMaterial untrusted = TestCertificates.selfSigned("localhost");
        KeyMaterial expired = TestCertificates.expiredOf(authority, "localhost");
        KeyMaterial elsewhere = TestCertificates.issuedBy(authority, "elsewhere");
        KeyMaterial elsewhereByAddress = TestCertificates.issuedBy(authority, "127.0.0.2");
        verified(untrusted, "localhost", trust);
        verified(elsewhere, "localhost", trust);
        verified(elsewhereByAddress, "127.0.0.1", trust);
        verified(expired, "localhost", trust);
        client(pools.server(s -> s.certificate(untrusted)), c -> c);
        saysAll("The certificate is refused");
        watched.forEach(client -> healthShows("The certificate is refused", client));
    }

    private void verified(KeyMaterial certificate, String host, TrustMaterial trust) {
        ServerPool server = pools.server(s -> s.certificate(certificate));
        watch(pools.keep(QuicPools.open(ClientPoolConfig.builder()
                .target(host + ":" + server.localAddress().getPort())
                .trust(trust)
                .build())));
    }

    @Test
    void nothingIsChecked() {
        pools.keep(QuicPools.open(ClientPoolConfig.builder()
                .target("127.0.0.1:" + Pools.freePort())
                .tlsMode(TlsMode.INSECURE)
                .build()));
        saysAll("A warning that the certificate is not checked");
    }

    @Test
    void anotherProtocol() {
        ServerPool server = pools.server(s -> s.alpn("other"));
        ClientPool client = client(server, c -> c);
        saysAll("Another application protocol");
        healthShows("Another application protocol", client);
    }

    @Test
    void addressNotAllowed() {
        ServerPool server = pools.server(s -> s.allowClient("10.0.0.0/8"));
        client(server, c -> c);
        saysAll("The client's address is not allowed");
        assertThat(server.snapshot().totals().refused().get("address")).isPositive();
    }

    @Test
    void tooManyClients() {
        ServerPool server = pools.server(s -> s.maxConnections(1));
        Pools.awaitIdle(client(server, c -> c.capacity(1, 1)), 1);
        client(server, c -> c);
        saysAll("Too many clients");
        assertThat(server.snapshot().totals().refused().get("connections")).isPositive();
    }

    @Test
    void oneConnectionMore() {
        ServerPool server = pools.server(s -> s.maxConnections(1));
        client(server, c -> c.capacity(4, 4).streamsPerConnection(2));
        saysAll("An additional connection is refused");
    }

    // ---- losing and finding

    @Test
    void lostAndFound() {
        ServerPool first = pools.server(s -> s);
        String address = "127.0.0.1:" + first.localAddress().getPort();
        ClientPool client = client(address, c -> c.capacity(1, 1));
        Pools.awaitIdle(client, 1);
        first.close();
        await().until(() -> everything().stream().anyMatch(text -> text.contains("nobody listens there (")));
        pools.server(s -> s, address);
        saysAll("The connection is lost and comes back");
        Map<String, Long> evicted = client.snapshot().totals().evicted();
        assertThat(evicted.get("peer-ended") + evicted.get("link-lost")).isPositive();
    }

    @Test
    void silence() throws Exception {
        ServerPool server = pools.server(s -> s.keepAlive(Duration.ofMillis(700)));
        try (Relay blocked = new Relay(server.localAddress());
                Relay gone = new Relay(server.localAddress())) {
            for (Relay relay : List.of(blocked, gone)) {
                // Not only for a moment between two attempts that take long.
                ClientPool client = client(
                        "127.0.0.1:" + relay.port(), c -> c.capacity(1, 1).connectTimeout(Duration.ofSeconds(2)));
                Pools.awaitIdle(client, 1);
            }
            blocked.block();
            gone.vanish();
            saysAll("The peer stops answering");
            await().untilAsserted(() -> assertThat(watched).allSatisfy(client -> {
                Map<String, Long> evicted = client.snapshot().totals().evicted();
                assertThat(evicted.get("link-lost")).isPositive();
                assertThat(evicted.get("peer-ended")).isZero();
            }));
            watched.forEach(client -> healthShows("The peer stops answering", client));
        }
    }

    // ---- taking

    @Test
    void exhausted() throws Exception {
        ServerPool server = pools.server(s -> s.maxCapacity(1).maxStreamsPerConnection(2));
        ClientPool client = client(server, c -> c.capacity(1, 1).maxWaiting(1));
        PooledStream held = client.take(SOON);
        thrown(catchThrowable(() -> client.take(SHORT)));
        var waiting = client.takeAsync(Duration.ofMinutes(1));
        thrown(catchThrowable(() -> client.take(SHORT)));
        waiting.toCompletableFuture().cancel(false);
        ClientPool bounded = client(pools.server(s -> s), c -> c.capacity(1, 1).option(PoolOptions.MAX_IN_USE, 1));
        PooledStream only = bounded.take(SOON);
        thrown(catchThrowable(() -> bounded.take(SHORT)));
        only.close();
        saysAll("Callers time out");
        assertThat(client.snapshot().totals().timeouts()).isOne();
        held.close();
    }

    @Test
    void noStreamCredit() throws Exception {
        ServerPool server =
                pools.server(s -> s.maxCapacity(1).maxStreamsPerConnection(2).maxConnections(1));
        ClientPool client = client(server, c -> c.capacity(1, 1));
        List<PooledStream> held = new ArrayList<>();
        // Over Netty one stream is kept for what it has in place of a PING.
        for (int i = Pools.CLIENT_ENGINE.equals("netty") ? 1 : 0; i < 2; i++) {
            held.add(server.take(SOON));
            held.add(client.take(held.get(held.size() - 1).id(), Duration.ofSeconds(10)));
        }
        healthShows("No stream credit", client);
        held.forEach(PooledStream::close);
        saysAll("No stream credit");
    }

    @Test
    void serverFull() {
        ServerPool server = pools.server(s -> s.maxCapacity(1).maxStreamsPerConnection(4));
        ClientPool client = client(server, c -> c.capacity(3, 3).idTimeout(Duration.ofSeconds(1)));
        saysAll("The server is full");
        healthShows("The server is full", client);
    }

    @Test
    void inUseGrows() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = client(server, c -> c.capacity(1, 1));
        List<PooledStream> neverClosed = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            neverClosed.add(client.take(SOON));
        }
        assertThat(client.snapshot().taken()).isEqualTo(5);
        healthShows("The number of streams in use keeps growing", client);
        neverClosed.forEach(PooledStream::close);
        await().until(() -> client.snapshot().taken() == 0);
    }

    @Test
    void errors() throws Exception {
        // Compared with the sources, because they need a peer that is no pool, or one in Go.
        inSources("no id within ");
        inSources("the peer ended the stream before its id came");
        inSources("the stream was reset before its id came");
        said.add("the stream was reset before its id came");
        said.add("the peer ended the stream before its id came");
        said.add("no id within 10000 ms");
        saysAll("The error count rises");
    }

    @Test
    void suspended() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = client(server, c -> c.capacity(1, 1));
        Pools.awaitIdle(client, 1);
        client.suspend();
        assertThat(client.ready()).isFalse();
        client.resume();
        saysAll("Not ready although the connection is up");
    }

    @Test
    void handlerThrows() throws Exception {
        ServerPool server = pools.server(s -> s);
        server.serve(stream -> {
            throw new IllegalStateException("a bug");
        });
        ClientPool client = client(server, c -> c.capacity(1, 1));
        try (PooledStream stream = client.take(SOON)) {
            stream.outputStream().write(1);
            thrown(catchThrowable(() -> stream.inputStream().readAllBytes()));
        }
        saysAll("The handler throws");
        healthShows("The handler throws", server);
        assertThat(server.errorCount()).isPositive();
    }

    @Test
    void noHandlerFree() throws Exception {
        ServerPool server = pools.server(s -> s.maxHandlers(1).handlerQueue(0));
        server.serve(stream -> stream.inputStream().readAllBytes());
        ClientPool client = client(server, c -> c.capacity(2, 2));
        try (PooledStream first = client.take(SOON);
                PooledStream second = client.take(SOON)) {
            first.outputStream().write(1);
            await().until(() -> server.handlersRunning() == 1);
            second.outputStream().write(1);
            thrown(catchThrowable(() -> second.inputStream().readAllBytes()));
            saysAll("No handler is free");
            healthShows("No handler is free", server);
            assertThat(server.snapshot().totals().refused().get("handler-busy")).isPositive();
        }
    }

    @Test
    void timesOut() throws Exception {
        ServerPool server = pools.server(s -> s.readTimeout(SHORT));
        server.serve(stream -> {
            try {
                stream.inputStream().readAllBytes();
            } catch (IOException e) {
                thrown(e);
                throw e;
            }
        });
        ClientPool client = client(server, c -> c.capacity(1, 1));
        try (PooledStream stream = client.take(SOON)) {
            stream.outputStream().write(1);
            // Compared with the sources, because it needs a peer that reads nothing.
            inSources(": the peer accepted no more data within ");
            said.add("stream 00000000: the peer accepted no more data within 30000 ms; the stream is reset");
            saysAll("A stream times out");
            healthShows("A stream times out", server);
            assertThat(server.snapshot().totals().refused().get("slow-client")).isPositive();
        }
    }

    @Test
    void nobodyAnswers() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = client(server, c -> c.capacity(1, 1));
        try (PooledStream stream = client.take(SOON)) {
            stream.outputStream().write(1);
            saysAll("Clients send and nobody answers");
            healthShows("Clients send and nobody answers", server);
        }
    }

    // ---- starting and ending

    @Test
    void portTaken() {
        ServerPool server = pools.server(s -> s);
        String address = "127.0.0.1:" + server.localAddress().getPort();
        thrown(catchThrowable(() -> pools.server(s -> s, address)));
        saysAll("The server does not start");
    }

    @Test
    void configuration() {
        var config = new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(
                        Map.of("quicpool.client.target", "orders:4433", "quicpool.client.tls-mod", "2"), "test", 100))
                .build();
        thrown(new SettingsException(SettingsReader.read(config).problems()));
        saysAll("The configuration is refused");
    }

    @Test
    void nameTaken() {
        ServerPool server = pools.server(s -> s);
        PoolMBeans.register(client(server, c -> c.name("twice")), "troubleshooting");
        PoolMBeans.register(client(server, c -> c.name("twice")), "troubleshooting");
        saysAll("There is no MXBean");
        watched.forEach(client -> healthShows("There is no MXBean", client));
    }

    @Test
    void closing() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = client(server, c -> c.capacity(1, 1));
        PooledStream held = client.take(SOON);
        client.close(SHORT);
        assertThat(catchThrowable(() -> held.outputStream().write(1))).isInstanceOf(IOException.class);
        // Compared with the sources, because it needs a handler that does not end.
        inSources("a listener or handler still runs after its interrupt; the pool closes without it");
        said.add("client: a listener or handler still runs after its interrupt; the pool closes without it");
        saysAll("Closing takes long");
    }

    private static void inSources(String fixed) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file).contains(fixed)) {
                    return;
                }
            }
        }
        throw new AssertionError("no source has: " + fixed);
    }

    // ---- texts elsewhere

    @Test
    void everySectionSaysWhatIsShownTheCauseAndTheCure() {
        SECTIONS.forEach((heading, lines) -> {
            for (String part : List.of("- Health: ", "- JMX: ")) {
                assertThat(lines).as(heading).anyMatch(line -> line.startsWith(part));
            }
            if (lines.stream().noneMatch(line -> line.startsWith("| says | cause | cure |"))) {
                for (String part : List.of("- Says: ", "- Cause: ", "- Cure: ")) {
                    assertThat(lines).as(heading).anyMatch(line -> line.startsWith(part));
                }
            }
        });
    }

    @Test
    void healthIsThatOfItsPage() {
        List<String> entries = new Page("health.md").rows("## Data");
        all("- Health:").forEach(quoted -> assertThat(entries).as(quoted).anyMatch(entry -> entry.contains(quoted)));
    }

    @Test
    void attributesNotificationsAndReasonsExist() {
        ServerPool server = pools.server(s -> s);
        Page page = new Page("jmx.md");
        Set<String> known = new HashSet<>(server.snapshot().totals().refused().keySet());
        known.addAll(server.snapshot().totals().evicted().keySet());
        for (String heading : List.of("## Attributes", "## Operations", "## Notifications")) {
            page.rows(heading)
                    .forEach(row -> known.add(row.split("\\|", -1)[1].strip().replace("`", "")));
        }
        assertThat(all("- JMX:")).isSubsetOf(known);
    }

    private static List<String> all(String mark) {
        List<String> all = SECTIONS.values().stream()
                .flatMap(List::stream)
                .filter(line -> line.startsWith(mark))
                .map(QUOTED::matcher)
                .flatMap(matcher -> matcher.results())
                .map((MatchResult result) -> result.group(1))
                .toList();
        assertThat(all).isNotEmpty();
        return all;
    }
}
