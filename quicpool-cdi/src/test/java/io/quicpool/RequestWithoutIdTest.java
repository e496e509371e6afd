package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.RawPeer;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A request that leaves with the hello of its stream, and needs no id: "requests at once" in docs/protocol.md, from both sides. */
@Tag("contract")
class RequestWithoutIdTest extends AnsweredPools {

    private static final int ASK = 1;
    private static final int REQUEST = 2;

    private final AtomicReference<Server> behaviour = new AtomicReference<>();
    private final RawPeer raw = new RawPeer(this::accepted);
    private final Queue<String> hellos = new ConcurrentLinkedQueue<>();

    /** What a server does with a stream whose hello it has read. */
    private interface Server {
        void handle(EngineStream stream, int hello) throws IOException;
    }

    @AfterEach
    void closeRaw() {
        pools.close();
        raw.close();
    }

    private void accepted(EngineStream stream) {
        stream.whenReadable(1, () -> {
            try {
                int hello = stream.input().read();
                hellos.add(String.valueOf(hello));
                behaviour.get().handle(stream, hello);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static long codeOfEnd(EngineStream stream) {
        CompletableFuture<Long> code = new CompletableFuture<>();
        stream.whenEnded(() -> code.complete(stream.peerError()));
        return code.join();
    }

    // ---- what a server does

    private Connection connected() throws Exception {
        return raw.connect(server.localAddress());
    }

    private ServerPool open(int capacity) {
        server = pools.server(s -> s.maxCapacity(capacity));
        return server;
    }

    @Test
    void aServerWithAHandlerSaysThatItTakesSuchRequests() throws Exception {
        open(10).answer(echo());
        assertThat(codeOfEnd(RawPeer.open(connected(), ASK))).isEqualTo(StreamErrors.WITHOUT_ID);
        assertThat(server.snapshot().totals().failed()).isZero();
        assertThat(server.snapshot().totals().refused().values()).containsOnly(0L);
    }

    @Test
    void aServerWithoutAHandlerDoesNotSayIt() throws Exception {
        open(10);
        assertThat(codeOfEnd(RawPeer.open(connected(), ASK))).isEqualTo(StreamErrors.RETIRED);
        EngineStream request = RawPeer.open(connected(), REQUEST, 'a');
        assertThat(codeOfEnd(request)).isEqualTo(StreamErrors.HANDLER_BUSY);
        await().until(() -> server.snapshot().taken() == 0 && server.snapshot().opening() == 0);
    }

    @Test
    void theAnswerComesWithoutAnId() throws Exception {
        open(10).answer(echo());
        EngineStream stream = RawPeer.open(connected(), REQUEST);
        stream.writeLast(bytes("hello"), 0, 5);
        assertThat(text(stream.input().readAllBytes())).isEqualTo("hello");
        await().until(() -> server.snapshot().taken() == 0);
        assertThat(server.active()).isZero();
    }

    @Test
    void aHandlerOfStreamsTakesSuchRequestsToo() throws Exception {
        open(10).serve(stream -> {
            assertThat(stream.id()).isNotNull();
            stream.outputStream().write(stream.inputStream().readAllBytes());
        });
        EngineStream stream = RawPeer.open(connected(), REQUEST);
        stream.writeLast(bytes("hello"), 0, 5);
        assertThat(text(stream.input().readAllBytes())).isEqualTo("hello");
    }

    @Test
    void aFullServerTakesThemAsTheyNeedNoCapacity() throws Exception {
        open(1).answer(echo());
        Connection connection = connected();
        RawPeer.open(connection, 0);
        awaitIdle(server, 1);
        EngineStream stream = RawPeer.open(connection, REQUEST);
        stream.writeLast(bytes("hello"), 0, 5);
        assertThat(text(stream.input().readAllBytes())).isEqualTo("hello");
        assertThat(server.active()).isEqualTo(1);
    }

    @Test
    void aSuspendedServerRefusesThemSoThatTheyMayComeAgain() throws Exception {
        open(10).answer(echo());
        server.suspend();
        assertThat(codeOfEnd(RawPeer.open(connected(), REQUEST, 'a'))).isEqualTo(StreamErrors.HANDLER_BUSY);
        await().until(() -> server.snapshot().taken() == 0 && server.snapshot().opening() == 0);
    }

    @Test
    void callersOfAServerNeverGetSuchAStream() throws Exception {
        open(10).answer(echo());
        CompletableFuture<PooledStream> caller = server.takeAsync(SOON).toCompletableFuture();
        EngineStream stream = RawPeer.open(connected(), REQUEST);
        stream.writeLast(bytes("hello"), 0, 5);
        assertThat(text(stream.input().readAllBytes())).isEqualTo("hello");
        assertThat(caller).isNotDone();
    }

    @Test
    void noHandlerRunsForAStreamThatEndsWithoutARequest() throws Exception {
        AtomicInteger handled = new AtomicInteger();
        open(10).answer(request -> {
            handled.incrementAndGet();
            return completedFuture(request.bytes());
        });
        Connection connection = connected();
        EngineStream stream = RawPeer.open(connection, REQUEST);
        stream.output().close();
        EngineStream next = RawPeer.open(connection, REQUEST);
        next.writeLast(bytes("hello"), 0, 5);
        next.input().readAllBytes();
        await().until(() -> server.snapshot().opening() == 0);
        assertThat(handled).hasValue(1);
    }

    // ---- what a client does

    private ClientPool clientOf(Server server) throws IOException {
        behaviour.set(server);
        int port = raw.listen(100).localAddress().getPort();
        ClientPool client = pools.client("127.0.0.1:" + port, c -> c.capacity(2, 2));
        awaitIdle(client, 2);
        return client;
    }

    private static void echo(EngineStream stream) throws IOException {
        byte[] request = stream.input().readAllBytes();
        stream.writeLast(request, 0, request.length);
    }

    private final AtomicInteger ids = new AtomicInteger();

    // An idle stream, which answers when it is written to.
    private void giveId(EngineStream stream) throws IOException {
        stream.output().write(new StreamId(ids.getAndIncrement()).toBytes());
        stream.whenReadable(1, () -> {
            try {
                echo(stream);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private void awaitWithoutId(ClientPool client) {
        await().until(() -> {
            assertThat(text(client.requestBlocking(bytes("hello"), SOON))).isEqualTo("hello");
            return hellos.contains("2");
        });
    }

    @Test
    void aClientAsksOnceAndThenSendsRequestsAtOnce() throws Exception {
        ClientPool client = clientOf((stream, hello) -> {
            switch (hello) {
                case 0 -> giveId(stream);
                case ASK -> stream.reset(StreamErrors.WITHOUT_ID);
                default -> echo(stream);
            }
        });
        assertThat(hellos).containsOnly("0");
        awaitWithoutId(client);
        awaitIdle(client, 2);
        hellos.clear();
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            answers.add(client.request(bytes("hello"), SOON).toCompletableFuture());
        }
        for (CompletableFuture<byte[]> each : answers) {
            assertThat(text(each.get())).isEqualTo("hello");
        }
        assertThat(hellos).containsOnly("2").hasSize(20);
        assertThat(client.active()).isEqualTo(2);
        assertThat(client.errorCount()).isZero();
        await().until(() -> client.snapshot().taken() == 0);
    }

    @Test
    void aServerThatGivesAnIdInsteadIsNotAskedAgain() throws Exception {
        ClientPool client = clientOf((stream, hello) -> giveId(stream));
        for (int i = 0; i < 20; i++) {
            assertThat(text(client.requestBlocking(bytes("hello"), SOON))).isEqualTo("hello");
        }
        await().until(() -> hellos.contains("1"));
        assertThat(hellos).containsOnlyOnce("1").doesNotContain("2");
        assertThat(client.errorCount()).isZero();
    }

    @Test
    void aServerThatHasNoHandlerYetIsAskedAgain() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        ClientPool client = clientOf((stream, hello) -> {
            switch (hello) {
                case 0 -> giveId(stream);
                case ASK -> stream.reset(asked.incrementAndGet() == 1 ? StreamErrors.RETIRED : StreamErrors.WITHOUT_ID);
                default -> echo(stream);
            }
        });
        awaitWithoutId(client);
        assertThat(asked).hasValue(2);
        assertThat(client.errorCount()).isZero();
    }

    @Test
    void aRequestThatIsRefusedAtOnceIsRepeatedOnAnIdleStream() throws Exception {
        ClientPool client = clientOf((stream, hello) -> {
            switch (hello) {
                case 0 -> giveId(stream);
                case ASK -> stream.reset(StreamErrors.WITHOUT_ID);
                default -> stream.reset(StreamErrors.HANDLER_BUSY);
            }
        });
        awaitWithoutId(client);
        assertThat(text(client.requestBlocking(bytes("hello"), SOON))).isEqualTo("hello");
    }

    @Test
    void aClosedPoolSendsNothing() throws Exception {
        ClientPool client = clientOf((stream, hello) -> {
            switch (hello) {
                case 0 -> giveId(stream);
                case ASK -> stream.reset(StreamErrors.WITHOUT_ID);
                default -> echo(stream);
            }
        });
        awaitWithoutId(client);
        client.close();
        hellos.clear();
        assertThatThrownBy(() -> client.requestBlocking(bytes("hello"), SOON))
                .isInstanceOf(RequestRefusedException.class);
        assertThat(hellos).isEmpty();
    }

    // ---- both

    @Test
    void aPoolThatHasNoIdleStreamSendsARequestAtOnce() throws Exception {
        ClientPool client = answered(echo());
        await().until(() -> {
            client.requestBlocking(bytes("a"), SOON);
            long opened = client.snapshot().totals().opened();
            client.requestBlocking(bytes("a"), SOON);
            return client.active() == 8 && client.snapshot().totals().opened() == opened + 1;
        });
        List<PooledStream> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(client.take(SOON));
        }
        assertThat(text(client.requestBlocking(bytes("hello"), SOON))).isEqualTo("hello");
        all.forEach(PooledStream::close);
    }

    @Test
    void soDoesAPoolWithSeveralTargets() throws Exception {
        answered(echo());
        ServerPool other = pools.server(s -> s.name("other"));
        other.answer(echo());
        String targets = "127.0.0.1:" + server.localAddress().getPort() + ", 127.0.0.1:"
                + other.localAddress().getPort();
        ClientPool client = pools.client(targets, c -> c.capacity(2, 2));
        await().until(() -> client.active() == 4);
        List<PooledStream> taken = new ArrayList<>();
        await().until(() -> {
            client.requestBlocking(bytes("a"), SOON);
            long opened = client.snapshot().totals().opened();
            client.requestBlocking(bytes("a"), SOON);
            client.requestBlocking(bytes("a"), SOON);
            return client.active() == 4 && client.snapshot().totals().opened() == opened + 2;
        });
        client.members().forEach(member -> assertThat(member.snapshot().taken()).isZero());
        for (int i = 0; i < 4; i++) {
            taken.add(client.take(SOON));
        }
        assertThat(text(client.requestBlocking(bytes("hello"), SOON))).isEqualTo("hello");
        taken.forEach(PooledStream::close);
    }
}
