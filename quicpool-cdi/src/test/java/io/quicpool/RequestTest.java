package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A request is one call, and so is its answer. */
@Tag("contract")
class RequestTest extends AnsweredPools {

    private static final int MIB = 1 << 20;

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i * 31 + size);
        }
        return bytes;
    }

    private static <E extends Throwable> E failure(Class<E> type, ClientPool client, byte[] request) {
        return catchThrowableOfType(type, () -> client.requestBlocking(request, SOON));
    }

    private static void allEnd(ServerPool server, ClientPool client) {
        await().until(() -> server.handlersRunning() == 0
                && server.handlersWaiting() == 0
                && client.snapshot().taken() == 0
                && server.snapshot().taken() == 0);
    }

    // ---- answers

    @Test
    void requestsOfAnySizeAreAnswered() throws Exception {
        ClientPool client = answered(echo());
        for (int size : new int[] {1, 1000, 2000, 2001, 65_536, 300_000, MIB}) {
            assertThat(client.requestBlocking(bytes(size), SOON)).isEqualTo(bytes(size));
        }
        allEnd(server, client);
    }

    @Test
    void theAnswerMayBeEmptyAndTheRequestMayNot() throws Exception {
        ClientPool client = answered(request -> completedFuture(new byte[0]));
        assertThat(client.requestBlocking(new byte[] {1}, SOON)).isEmpty();
        assertThatThrownBy(() -> client.request(new byte[0], SOON))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("client client: a request has at least one byte");
    }

    @Test
    void aBufferSendsWhatRemains() throws Exception {
        ClientPool client = answered(echo());
        for (ByteBuffer buffer : List.of(ByteBuffer.allocate(10), ByteBuffer.allocateDirect(10))) {
            buffer.put(3, (byte) 7).position(3).limit(5);
            assertThat(client.request(buffer, SOON).toCompletableFuture().get()).containsExactly(7, 0);
            assertThat(buffer.position()).isEqualTo(3);
        }
    }

    @Test
    void theAnswerMayComeLaterWithoutAThread() throws Exception {
        Queue<CompletableFuture<byte[]>> pending = new ConcurrentLinkedQueue<>();
        ClientPool client = answered(request -> {
            CompletableFuture<byte[]> answer = new CompletableFuture<>();
            pending.add(answer);
            return answer;
        });
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            answers.add(client.request(bytes(100), SOON).toCompletableFuture());
        }
        await().until(() -> pending.size() == 8);
        assertThat(server.handlersRunning()).isEqualTo(8);
        await().until(() -> blockedHandlers() == 0);
        int size = 0;
        for (CompletableFuture<byte[]> each : pending) {
            each.complete(bytes(size += 100_000));
        }
        int sum = 0;
        for (CompletableFuture<byte[]> each : answers) {
            sum += each.get().length;
        }
        assertThat(sum).isEqualTo(3_600_000);
        allEnd(server, client);
    }

    private static long blockedHandlers() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(each -> each.getKey().getName().startsWith("quicpool-server-handler-"))
                .filter(each -> Arrays.stream(each.getValue())
                        .anyMatch(frame -> frame.getClassName().contains("RequestUse")))
                .count();
    }

    @Test
    void theHandlerRunsOnAThreadOfThePoolAndKnowsTheClient() throws Exception {
        AtomicReference<String> thread = new AtomicReference<>("");
        AtomicReference<Object> address = new AtomicReference<>("");
        ClientPool client = answered(request -> {
            thread.set(Thread.currentThread().getName());
            address.set(request.remoteAddress());
            assertThat(request.tlsSession().cipherSuite()).isNotEmpty();
            return completedFuture(request.bytes());
        });
        client.requestBlocking(bytes(1), SOON);
        assertThat(thread.get()).startsWith("quicpool-server-handler-");
        assertThat(address.get()).isEqualTo(client.snapshot().peers().get(0).local());
        assertThatThrownBy(() -> server.answer(echo()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("there is a handler already");
    }

    @Test
    void manyRequestsAtOnceOverFewStreams() throws Exception {
        ClientPool client = answered(request -> CompletableFuture.supplyAsync(request::bytes));
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        for (int i = 1; i <= 200; i++) {
            answers.add(client.request(bytes(i * 50), SOON).toCompletableFuture());
        }
        for (int i = 1; i <= 200; i++) {
            assertThat(answers.get(i - 1).get()).isEqualTo(bytes(i * 50));
        }
        allEnd(server, client);
    }

    // ---- peers of the old kind

    @Test
    void aHandlerOfStreamsAnswersARequest() throws Exception {
        server = pools.server(s -> s);
        server.serve(stream -> stream.outputStream().write(stream.inputStream().readAllBytes()));
        ClientPool client = client();
        for (int size : new int[] {1, 10_000, MIB}) {
            assertThat(client.requestBlocking(bytes(size), SOON)).isEqualTo(bytes(size));
        }
    }

    @Test
    void aHandlerOfStreamsMayAnswerBeforeItHasReadAll() throws Exception {
        server = pools.server(s -> s);
        server.serve(stream -> stream.outputStream().write(stream.inputStream().read()));
        ClientPool client = client();
        for (int size : new int[] {1, 10_000, MIB}) {
            assertThat(client.requestBlocking(bytes(size), SOON)).containsExactly(bytes(size)[0]);
        }
        allEnd(server, client);
    }

    @Test
    void aHandlerOfStreamsMayEchoWhileItReads() throws Exception {
        server = pools.server(s -> s);
        server.serve(stream -> stream.inputStream().transferTo(stream.outputStream()));
        assertThat(client().requestBlocking(bytes(MIB), SOON)).isEqualTo(bytes(MIB));
    }

    @Test
    void aStreamThatAClientWritesIsAnswered() throws Exception {
        ClientPool client = answered(echo());
        try (PooledStream stream = client.take(SOON)) {
            stream.readTimeout(SOON);
            for (byte each : bytes(100)) {
                stream.outputStream().write(each);
            }
            stream.outputStream().close();
            assertThat(stream.inputStream().readAllBytes()).isEqualTo(bytes(100));
        }
    }

    // ---- failures

    @Test
    @SuppressWarnings("NullAway") // a handler may do it wrong
    void aHandlerThatFailsIsToldToTheClient() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        ClientPool client = answered(request -> {
            calls.incrementAndGet();
            return switch (request.bytes()[0]) {
                case 0 -> throw new IllegalStateException("a handler that throws");
                case 1 -> throw new AssertionError("an error in a handler");
                case 2 -> CompletableFuture.failedFuture(new IOException("a stage that fails"));
                case 3 -> completedFuture(null);
                case 4 -> null;
                default -> completedFuture(new byte[] {9});
            };
        });
        for (byte i = 0; i < 5; i++) {
            RequestFailedException failure = failure(RequestFailedException.class, client, new byte[] {i});
            assertThat(failure.mayHaveBeenHandled()).isTrue();
            assertThat(failure).hasMessageMatching("client client: 127.0.0.1:\\d+: the handler of the peer failed");
        }
        assertThat(client.requestBlocking(new byte[] {5}, SOON)).containsExactly(9);
        assertThat(calls).hasValue(6);
        assertThat(server.snapshot().lastError()).contains("no stage");
        allEnd(server, client);
    }

    @Test
    void aRequestThatIsTooLargeReachesNoHandler() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        server = pools.server(s -> s.maxRequestBytes(1000));
        server.answer(request -> {
            calls.incrementAndGet();
            return completedFuture(request.bytes());
        });
        ClientPool client = client();
        assertThat(client.requestBlocking(bytes(1000), SOON)).hasSize(1000);
        for (int size : new int[] {1001, 3000, MIB}) {
            RequestTooLargeException failure = failure(RequestTooLargeException.class, client, bytes(size));
            assertThat(failure.answer()).isFalse();
            assertThat(failure.mayHaveBeenHandled()).isFalse();
            assertThat(failure).hasMessageContaining("does not accept a request of " + size + " bytes");
        }
        assertThat(calls).hasValue(1);
        assertThat(server.snapshot().totals().refused().get("large-request")).isEqualTo(3);
        allEnd(server, client);
    }

    @Test
    void anAnswerThatIsTooLargeFails() throws Exception {
        server = pools.server(s -> s);
        server.answer(request -> completedFuture(bytes(request.bytes()[0] * 1000)));
        ClientPool client = pools.client(server, c -> c.maxRequestBytes(2000));
        assertThat(client.requestBlocking(new byte[] {2}, SOON)).hasSize(2000);
        RequestTooLargeException failure = failure(RequestTooLargeException.class, client, new byte[] {100});
        assertThat(failure.answer()).isTrue();
        assertThat(failure.mayHaveBeenHandled()).isTrue();
        assertThat(failure).hasMessageContaining("the answer has more than 2000 bytes (max-request-bytes)");
        allEnd(server, client);
    }

    @Test
    void aRequestWithoutAStreamTimesOutUnhandled() {
        server = pools.server(s -> s);
        ClientPool client = client();
        client.suspend();
        for (Duration timeout : List.of(Duration.ofMillis(50), Duration.ZERO)) {
            RequestTimeoutException failure = catchThrowableOfType(
                    RequestTimeoutException.class, () -> client.requestBlocking(bytes(1), timeout));
            assertThat(failure.mayHaveBeenHandled()).isFalse();
            assertThat(failure).hasCauseInstanceOf(PoolTimeoutException.class);
        }
    }

    @Test
    void aPeerWhoseHandlersAreBusyRefusesARequestTwice() throws Exception {
        CompletableFuture<byte[]> later = new CompletableFuture<>();
        server = pools.server(s -> s.maxHandlers(4).handlerQueue(0));
        server.answer(request -> later);
        ClientPool client = client();
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            answers.add(client.request(bytes(10), SOON).toCompletableFuture());
        }
        await().until(() -> server.handlersRunning() == 2);
        RequestRefusedException failure = failure(RequestRefusedException.class, client, bytes(10));
        assertThat(failure.mayHaveBeenHandled()).isFalse();
        assertThat(failure).hasMessageContaining("no handler of the peer is free");
        assertThat(server.snapshot().totals().refused().get("handler-busy")).isEqualTo(2);
        later.complete(bytes(3));
        for (CompletableFuture<byte[]> each : answers) {
            assertThat(each.get()).hasSize(3);
        }
        assertThat(client.requestBlocking(bytes(10), SOON)).hasSize(3);
    }

    @Test
    void requestsThatWaitForAHandlerGetOne() throws Exception {
        server = pools.server(s -> s.maxHandlers(2).handlerQueue(64));
        server.answer(request -> CompletableFuture.supplyAsync(request::bytes));
        ClientPool client = client();
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            answers.add(client.request(bytes(5000), SOON).toCompletableFuture());
        }
        for (CompletableFuture<byte[]> each : answers) {
            assertThat(each.get()).isEqualTo(bytes(5000));
        }
        allEnd(server, client);
    }

    @Test
    void aClientThatSendsHalfARequestLosesItsStream() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        server = pools.server(s -> s.readTimeout(Duration.ofMillis(300)));
        server.answer(request -> {
            calls.incrementAndGet();
            return completedFuture(request.bytes());
        });
        ClientPool client = client();
        try (PooledStream stream = client.take(SOON)) {
            stream.readTimeout(SOON);
            stream.outputStream().write(1);
            assertThatThrownBy(() -> stream.inputStream().read()).hasMessageContaining("code 3");
        }
        assertThat(server.snapshot().totals().refused().get("slow-client")).isEqualTo(1);
        allEnd(server, client);
        assertThat(calls).hasValue(0);
    }
}
