package io.quicpool.it.quicgo;

import static io.quicpool.testing.Patience.SOON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.StreamErrors;
import io.quicpool.StreamId;
import io.quicpool.config.Fingerprint;
import io.quicpool.it.support.PemFiles;
import io.quicpool.testing.Pools;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** quic-go at the other end, as client and as server, of pools over each engine. */
@ParameterizedClass(name = "{0}")
@MethodSource("engines")
@Timeout(240)
class QuicGoIT {

    private static final int IDLE = 200;

    @TempDir
    private static Path folder;

    private final String engine;
    private final Pools pools = new Pools();
    private final List<GoProcess> processes = new ArrayList<>();

    QuicGoIT(String engine) {
        this.engine = engine;
    }

    static List<String> engines() {
        return List.of("kwik", "netty");
    }

    // Before each test: the report does not count a class that is skipped as a whole.
    @BeforeEach
    void build() throws Exception {
        GoProgram.QUIC_GO.built();
    }

    @AfterEach
    void close() {
        pools.close();
        processes.forEach(GoProcess::close);
    }

    private GoProcess start(String... arguments) throws Exception {
        GoProcess process = new GoProcess(GoProgram.QUIC_GO, arguments);
        processes.add(process);
        return process;
    }

    // quic-go as client.

    private ServerPool server() {
        return pools.server(s -> s.transport(engine).maxCapacity(2000));
    }

    private ServerPool echoing() {
        ServerPool server = server();
        server.serve(stream -> stream.inputStream().transferTo(stream.outputStream()));
        return server;
    }

    private static String address(ServerPool server) {
        return "127.0.0.1:" + server.localAddress().getPort();
    }

    private static String pin() {
        return Pools.CERTIFICATE.fingerprint().hex();
    }

    /** Holds so many idle streams. */
    private GoProcess holding(ServerPool server, Set<String> ids) throws Exception {
        GoProcess client = start(
                "hold",
                "-target",
                address(server),
                "-fingerprint",
                pin(),
                "-streams",
                Integer.toString(IDLE),
                "-keep-alive",
                "1s");
        for (int i = 0; i < IDLE; i++) {
            ids.add(client.next("stream"));
        }
        assertThat(client.next("ready")).isEqualTo(Integer.toString(IDLE));
        Pools.awaitIdle(server, IDLE);
        return client;
    }

    @Test
    void idsAreUniqueAndEveryByteOfAThousandStreamsComesBack() throws Exception {
        GoProcess client = start(
                "check", "-target", address(echoing()), "-fingerprint", pin(), "-streams", "1000", "-bytes", "10000");
        assertThat(client.rest()).containsExactly("first 00000000", "unique 1000", "echoed 10000000");
    }

    /** As during a garbage collection. Data for it is sent again, and none is lost. */
    @Test
    void aClientThatPausesAgainAndAgainGetsEveryByte() throws Exception {
        GoProcess client = start(
                "check", "-target", address(echoing()), "-fingerprint", pin(), "-streams", "1000", "-bytes", "10000");
        Process pausing = client.pausing(Duration.ofMillis(150), Duration.ofMillis(100));
        assertThat(client.rest()).containsExactly("first 00000000", "unique 1000", "echoed 10000000");
        assertThat(pausing.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aServerTakesStreamsAndTheClientKnowsThemByTheirIds() throws Exception {
        ServerPool server = server();
        Set<String> ids = new HashSet<>();
        GoProcess client = holding(server, ids);
        assertThat(ids).hasSize(IDLE).contains("00000000");
        for (int i = 0; i < IDLE; i++) {
            try (PooledStream stream = server.take(SOON)) {
                String id = stream.id().toString();
                assertThat(ids.remove(id)).isTrue();
                // A FIN this way, then a FIN the other.
                stream.outputStream().write(("to " + id).getBytes(UTF_8));
                stream.outputStream().close();
                assertThat(client.ask("recv " + id)).isEqualTo("received " + id + " to " + id);
                assertThat(client.ask("send " + id + " from " + id)).isEqualTo("sent " + id);
                assertThat(stream.inputStream().readAllBytes()).asString(UTF_8).isEqualTo("from " + id);
            }
        }
    }

    @Test
    void resetsAreUnderstoodBothWays() throws Exception {
        ServerPool server = server();
        GoProcess client = holding(server, new HashSet<>());
        try (PooledStream stream = server.take(SOON)) {
            stream.reset(7);
            assertThat(client.ask("recv " + stream.id())).isEqualTo("reset 7");
        }
        try (PooledStream stream = server.take(SOON)) {
            assertThat(client.ask("cancel " + stream.id() + " 9")).startsWith("cancelled ");
            stream.readTimeout(SOON);
            assertThatThrownBy(() -> stream.inputStream().read())
                    .isInstanceOf(IOException.class)
                    .hasMessageNotContaining("timed out");
        }
        assertThat(server.snapshot().totals().lost()).isZero();
    }

    @Test
    void aServerThatFlushesResetsWhatIsIdle() throws Exception {
        ServerPool server = server();
        Set<String> ids = new HashSet<>();
        GoProcess client = holding(server, ids);
        server.flush();
        for (String id : ids) {
            assertThat(client.ask("recv " + id)).isEqualTo("reset " + StreamErrors.RETIRED);
        }
    }

    @Test
    void theStreamsThatAClientEndsWithFinsAreEvicted() throws Exception {
        ServerPool server = server();
        GoProcess client = holding(server, new HashSet<>());
        assertThat(client.ask("flush")).isEqualTo("flushed " + IDLE);
        // Data may have been written before the FIN, so the stream is kept for 30 s for a caller that gets the id.
        await().atMost(Duration.ofSeconds(90)).until(() -> server.active() == 0);
        assertThat(server.snapshot().totals().lost()).isZero();
    }

    @Test
    void eitherSideClosesTheConnection() throws Exception {
        ServerPool server = server();
        GoProcess first = holding(server, new HashSet<>());
        first.quit();
        await().atMost(SOON).until(() -> server.active() == 0);
        GoProcess second = holding(server, new HashSet<>());
        server.close();
        assertThat(second.ask("end")).isEqualTo("ended closed 0 pool closed");
    }

    @Test
    void figures() throws Exception {
        ServerPool echo = echoing();
        ServerPool sink = server();
        sink.serve(stream -> stream.inputStream().transferTo(OutputStream.nullOutputStream()));
        GoProcess client = start(
                "bench",
                "-target",
                address(echo),
                "-sink",
                address(sink),
                "-fingerprint",
                pin(),
                "-idle",
                "16,256",
                "-rounds",
                "500",
                "-bulk",
                "5");
        List<String> figures = client.rest();
        figures.forEach(line -> System.out.println("quic-go to " + engine + ": " + line));
        assertThat(figures).anyMatch(line -> line.startsWith("bulk_8_idle_256_MBps "));
    }

    // quic-go as server.

    private GoProcess goServer(String listen) throws Exception {
        PemFiles pem = PemFiles.write(Pools.CERTIFICATE, folder);
        GoProcess server = start(
                "server",
                "-listen",
                listen,
                "-keep-alive",
                "1s",
                "-cert",
                pem.certificate().toString(),
                "-key",
                pem.privateKey().toString());
        assertThat(new Fingerprint(server.next("fingerprint"))).isEqualTo(Pools.CERTIFICATE.fingerprint());
        assertThat(server.next("listening")).isEqualTo(listen);
        return server;
    }

    private static String somewhere() {
        return "127.0.0.1:" + Pools.freePort();
    }

    private ClientPool client(String target) {
        ClientPool client = pools.client(target, c -> c.transport(engine).capacity(IDLE, IDLE));
        Pools.awaitIdle(client, IDLE);
        return client;
    }

    // More bytes both ways at once than the flow control windows hold unread.
    private static void exchange(PooledStream stream, int size) throws IOException {
        byte[] sent = new byte[size];
        ThreadLocalRandom.current().nextBytes(sent);
        stream.readTimeout(SOON);
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
            try {
                stream.outputStream().write(sent);
                stream.outputStream().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        try {
            stream.inputStream().transferTo(got);
        } catch (IOException e) {
            throw new AssertionError(
                    "stream " + stream.id() + ": " + got.size() + " of " + size + " bytes came back, "
                            + (writing.isDone() ? "all" : "not all") + " were written",
                    e);
        }
        assertThat(got.toByteArray()).isEqualTo(sent);
        writing.join();
    }

    private static void assertStreamsWork(ClientPool client) throws Exception {
        for (int i = 0; i < 20; i++) {
            try (PooledStream stream = client.take(SOON)) {
                exchange(stream, 1000);
            }
        }
    }

    @Test
    void aClientTakesStreamsAndEveryByteComesBack() throws Exception {
        String address = somewhere();
        GoProcess server = goServer(address);
        ClientPool client = client(address);
        Set<StreamId> ids = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            try (PooledStream stream = client.take(SOON)) {
                assertThat(ids.add(stream.id())).isTrue();
                exchange(stream, i % 100 == 0 ? 3_000_000 : 10_000);
            }
        }
        assertThat(ids).contains(StreamId.FIRST);
        assertThat(client.snapshot().totals().failed()).isZero();
        client.close();
        await().atMost(SOON).until(() -> server.ask("idle").equals("idle 0"));
    }

    /**
     * There is no request for longer than the idle time-out. Pings keep the connection up, and the server does not
     * count them as streams.
     */
    @Test
    void anIdleClientStaysConnected() throws Exception {
        String address = somewhere();
        GoProcess server = goServer(address);
        ClientPool client = client(address);
        await().pollDelay(Duration.ofSeconds(4)).atMost(SOON).until(() -> server.ask("idle")
                .equals("idle " + IDLE));
        assertThat(client.snapshot().totals().lost()).isZero();
        assertStreamsWork(client);
    }

    @Test
    void aServerTellsAnIdAndTheClientTakesThatStream() throws Exception {
        String address = somewhere();
        GoProcess server = goServer(address);
        ClientPool client = client(address);
        for (int i = 0; i < IDLE; i++) {
            String led = server.ask("lead");
            try (PooledStream stream = client.take(StreamId.parse(led.substring(4)), SOON)) {
                stream.readTimeout(SOON);
                assertThat(stream.inputStream().readNBytes(led.length() + 1))
                        .asString(UTF_8)
                        .isEqualTo(led + "\n");
                exchange(stream, 100);
            }
        }
    }

    @Test
    void theStreamsThatAServerEndsWithFinsAreEvicted() throws Exception {
        String address = somewhere();
        GoProcess server = goServer(address);
        ClientPool client = client(address);
        try (PooledStream used = client.take(StreamId.parse(server.ask("lead").substring(4)), SOON)) {
            await().until(() -> server.ask("idle").equals("idle " + IDLE));
            long opened = client.snapshot().totals().opened();
            assertThat(server.ask("flush")).isEqualTo("flushed " + IDLE);
            await().atMost(Duration.ofSeconds(90))
                    .until(() -> client.snapshot().totals().opened() >= opened + IDLE);
            Pools.awaitIdle(client, IDLE);
            assertStreamsWork(client);
            assertThat(used.inputStream().readNBytes(13)).asString(UTF_8).isEqualTo("led " + used.id() + "\n");
            exchange(used, 100);
            assertThat(client.snapshot().totals().lost()).isZero();
        }
    }

    @Test
    void aServerThatIsKilledAndComesBack() throws Exception {
        String address = somewhere();
        GoProcess first = goServer(address);
        ClientPool client = client(address);
        int connections = client.snapshot().peers().size();
        first.kill();
        goServer(address);
        // Each is found silent by itself. Until then its streams are idle.
        await().atMost(SOON).until(() -> client.snapshot().totals().lost() >= connections);
        Pools.awaitIdle(client, IDLE);
        assertStreamsWork(client);
    }

    @Test
    void aServerThatClosesInOrderAndComesBack() throws Exception {
        String address = somewhere();
        GoProcess first = goServer(address);
        ClientPool client = client(address);
        first.quit();
        await().atMost(SOON).until(() -> client.active() == 0);
        goServer(address);
        Pools.awaitIdle(client, IDLE);
        assertStreamsWork(client);
    }
}
