package io.quicpool.it.quicgo;

import static io.quicpool.testing.Patience.SOON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PoolSnapshot;
import io.quicpool.PoolTotals;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.StreamId;
import io.quicpool.it.support.PemFiles;
import io.quicpool.testing.Pools;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A pool of the Go package itself at the other end, as client and as server, of pools over each engine. */
@ParameterizedClass(name = "{0}")
@MethodSource("engines")
@Timeout(300)
class GoPackageIT {

    private static final int PLACES = 20;
    private static final int WANTED = 200;
    private static final int PAIRS = 200;

    @TempDir
    private static Path folder;

    private final String engine;
    private final Pools pools = new Pools();
    private final List<GoProcess> processes = new ArrayList<>();

    GoPackageIT(String engine) {
        this.engine = engine;
    }

    static List<String> engines() {
        return List.of("kwik", "netty");
    }

    // Before each test: the report does not count a class that is skipped as a whole.
    @BeforeEach
    void build() throws Exception {
        GoProgram.PACKAGE.built();
    }

    @AfterEach
    void close() {
        pools.close();
        processes.forEach(GoProcess::close);
    }

    private static GoProcess start(String... arguments) throws Exception {
        GoProcess process = new GoProcess(GoProgram.PACKAGE, arguments);
        process.next("ready");
        return process;
    }

    private GoProcess keep(GoProcess process) {
        processes.add(process);
        return process;
    }

    // ---- as client

    private ServerPool server(int places) {
        return pools.server(
                s -> s.transport(engine).keepAlive(GoPackageWaitIT.PATIENT).maxCapacity(places));
    }

    static GoProcess goClient(ServerPool server, int capacity) throws Exception {
        return start(
                "client",
                "-target",
                "127.0.0.1:" + server.localAddress().getPort(),
                "-capacity",
                Integer.toString(capacity));
    }

    // Checks that each end of a stream gets the data of the other, and then its end.
    static void talk(GoProcess peer, PooledStream stream) throws Exception {
        String id = stream.id().toString();
        stream.outputStream().write(("to " + id).getBytes(UTF_8));
        assertThat(peer.ask("read " + id + " " + (id.length() + 3))).isEqualTo("read to " + id);
        assertThat(peer.ask("send " + id + " from")).isEqualTo("sent " + id);
        stream.readTimeout(SOON);
        assertThat(stream.inputStream().readNBytes(4)).asString(UTF_8).isEqualTo("from");
        stream.close();
        assertThat(peer.ask("end " + id)).isEqualTo("ended " + id);
        assertThat(peer.ask("close " + id)).isEqualTo("closed " + id);
    }

    private static void assertNobodyWasRefused(ServerPool server) {
        PoolTotals totals = server.snapshot().totals();
        assertThat(totals.refused().values()).as("%s", totals).allMatch(count -> count == 0);
        assertThat(totals.lost()).isZero();
    }

    @Test
    void aClientOfTheGoPackagePairsItsStreamsServerLed() throws Exception {
        ServerPool server = server(1024);
        GoProcess client = keep(goClient(server, PLACES));
        Set<StreamId> ids = new HashSet<>();
        for (int i = 0; i < PAIRS; i++) {
            PooledStream stream = server.take(SOON);
            assertThat(ids.add(stream.id())).isTrue();
            assertThat(client.ask("get " + stream.id())).isEqualTo("got " + stream.id());
            talk(client, stream);
        }
        assertThat(ids).contains(StreamId.FIRST);
        assertThat(server.snapshot().totals().connects()).isOne();
        assertNobodyWasRefused(server);
    }

    /**
     * The peer writes last, this side reads that and closes at once: {@code Close} of the Go package reports no error.
     */
    @Test
    void aClientOfTheGoPackageThatSpeaksLastClosesWithoutAnError() throws Exception {
        ServerPool server = server(1024);
        server.serve(stream -> assertThat(stream.inputStream().readNBytes(5)).hasSize(5));
        GoProcess client = keep(goClient(server, PLACES));
        assertThat(client.ask("speak 1000 hello")).isEqualTo("spoke 1000");
        assertThat(server.snapshot().totals().connects()).isOne();
        assertNobodyWasRefused(server);
    }

    /** {@code Close} of the Go package ends only its own direction, so it can still read. */
    @Test
    void aClientOfTheGoPackageIsAnsweredByAHandlerOfRequests() throws Exception {
        ServerPool server = server(1024);
        server.answer(request -> CompletableFuture.completedFuture(request.bytes()));
        GoProcess client = keep(goClient(server, PLACES));
        assertThat(client.ask("request " + PAIRS + " hello")).isEqualTo("requested " + PAIRS);
        assertThat(server.snapshot().totals().connects()).isOne();
        assertNobodyWasRefused(server);
    }

    @Test
    void aClientOfTheGoPackageThatWantsMoreThanThereIsWaitsAndWorksOnOneConnection() throws Exception {
        ServerPool server = server(PLACES);
        GoProcess client = keep(goClient(server, WANTED));
        await().atMost(SOON).until(() -> server.active() == PLACES);
        await().during(Duration.ofSeconds(3)).atMost(SOON).until(() -> server.active() == PLACES);
        Set<StreamId> ids = new HashSet<>();
        for (int i = 0; i < PAIRS; i++) {
            PooledStream stream = server.take(SOON);
            assertThat(server.active()).isLessThanOrEqualTo(PLACES);
            assertThat(ids.add(stream.id())).isTrue();
            assertThat(client.ask("get " + stream.id())).isEqualTo("got " + stream.id());
            talk(client, stream);
        }
        await().atMost(SOON).until(() -> server.active() == PLACES);
        assertThat(server.snapshot().totals().connects()).isOne();
        assertNobodyWasRefused(server);
    }

    @Test
    void severalClientsOfTheGoPackageShareTheServer() throws Exception {
        ServerPool server = server(PLACES);
        List<GoProcess> clients = List.of(keep(goClient(server, PLACES)), keep(goClient(server, PLACES)));
        await().atMost(SOON).until(() -> server.active() == PLACES);
        await().atMost(SOON).untilAsserted(() -> assertThat(clients)
                .allSatisfy(client -> assertThat(client.ask("active")).matches("active ([7-9]|\\d\\d)")));
        assertNobodyWasRefused(server);
    }

    // ---- as server

    private static GoProcess goServer(String listen, int capacity) throws Exception {
        PemFiles pem = PemFiles.write(Pools.CERTIFICATE, folder);
        return start(
                "server",
                "-listen",
                listen,
                "-cert",
                pem.certificate().toString(),
                "-key",
                pem.privateKey().toString(),
                "-capacity",
                Integer.toString(capacity));
    }

    private ClientPool client(String target, int capacity) {
        return pools.client(target, c -> c.transport(engine).capacity(capacity, capacity));
    }

    private static String took(String answer) {
        assertThat(answer).startsWith("took ");
        return answer.substring("took ".length());
    }

    @Test
    void aServerOfTheGoPackageLeads() throws Exception {
        String address = "127.0.0.1:" + Pools.freePort();
        GoProcess server = keep(goServer(address, WANTED));
        ClientPool client = client(address, PLACES);
        for (int i = 0; i < PAIRS; i++) {
            String id = took(server.ask("take"));
            talk(server, client.take(StreamId.parse(id), SOON));
        }
        PoolTotals totals = client.snapshot().totals();
        assertThat(totals.failed()).isZero();
        assertThat(totals.connects()).isOne();
    }

    /** It takes any stream, so there is only one at a time. */
    @Test
    void aServerOfTheGoPackageAnswersRequests() throws Exception {
        String address = "127.0.0.1:" + Pools.freePort();
        GoProcess server = keep(goServer(address, PLACES));
        ClientPool client = client(address, 1);
        FutureTask<String> echoes = new FutureTask<>(() -> server.ask("echo " + PLACES));
        new Thread(echoes).start();
        for (int i = 1; i <= PLACES; i++) {
            byte[] request = new byte[i * 1000];
            assertThat(client.requestBlocking(request, SOON)).isEqualTo(request);
        }
        assertThat(echoes.get()).isEqualTo("echoed " + PLACES);
        assertThat(client.snapshot().totals().connects()).isOne();
    }

    /**
     * Its capacity limits the open streams of a connection. This client waits until streams end, and reports nothing
     * while some are idle.
     */
    @Test
    void aClientThatWantsMoreThanAServerOfTheGoPackageHoldsWaits() throws Exception {
        String address = "127.0.0.1:" + Pools.freePort();
        GoProcess server = keep(goServer(address, PLACES));
        ClientPool client = client(address, WANTED);
        int most = engine.equals("netty") ? PLACES - 1 : PLACES;
        Pools.awaitIdle(client, most);
        for (int i = 0; i < PAIRS; i++) {
            String id = took(server.ask("take"));
            talk(server, client.take(StreamId.parse(id), SOON));
        }
        Pools.awaitIdle(client, most);
        PoolSnapshot now = client.snapshot();
        assertThat(now.totals().failed()).isZero();
        assertThat(now.totals().connects()).isOne();
        assertThat(now.errors()).isZero();
    }

    /** Its application does not read its streams to their ends: quic-go gives no credit back for them. */
    @Test
    void aServerOfTheGoPackageThatReadsNoStreamToItsEndIsConnectedToAgain() throws Exception {
        String address = "127.0.0.1:" + Pools.freePort();
        GoProcess server = keep(goServer(address, PLACES));
        ClientPool client = client(address, PLACES / 2);
        for (int i = 0; i < 3 * PLACES; i++) {
            String id = took(server.ask("take"));
            try (PooledStream stream = client.take(StreamId.parse(id), SOON)) {
                stream.outputStream().write(1);
            }
            assertThat(server.ask("close " + id)).isEqualTo("closed " + id);
        }
        PoolSnapshot now = client.snapshot();
        assertThat(now.lastError()).isNotNull();
        // A connection has credit for that many streams. On a busy machine some more are made.
        assertThat(now.totals().connects()).isBetween(2L, (long) PLACES);
        await().atMost(SOON).until(client::ready);
    }
}
