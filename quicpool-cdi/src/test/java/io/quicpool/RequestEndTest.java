package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.Relay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Requests that end without an answer: time-outs, callers that give up, pools that close, peers that are gone. */
@Tag("contract")
class RequestEndTest extends AnsweredPools {

    private static byte[] bytes(int size) {
        return new byte[size];
    }

    private static Throwable failure(CompletableFuture<byte[]> answer) throws Exception {
        return answer.handle((value, failure) -> failure).get(SOON.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void allEnd(ServerPool server, ClientPool client) {
        await().until(() -> server.handlersRunning() == 0
                && client.snapshot().taken() == 0
                && server.snapshot().taken() == 0);
    }

    @Test
    void aHandlerThatNeverAnswersCostsItsPlaceOnlyUntilTheClientGivesUp() throws Exception {
        CompletableFuture<byte[]> never = new CompletableFuture<>();
        ClientPool client = answered(request -> never);
        RequestTimeoutException failure = catchThrowableOfType(
                RequestTimeoutException.class, () -> client.requestBlocking(bytes(10), Duration.ofMillis(300)));
        assertThat(failure.mayHaveBeenHandled()).isTrue();
        assertThat(failure)
                .hasMessageMatching("client client: no answer within \\d+ ms; the request may have been handled");
        allEnd(server, client);
        await().until(never::isCancelled);
    }

    // ---- cancelling

    @Test
    void aCancelledRequestEndsItsStream() throws Exception {
        CompletableFuture<byte[]> never = new CompletableFuture<>();
        ClientPool client = answered(request -> never);
        CompletableFuture<byte[]> answer = client.request(bytes(10), SOON).toCompletableFuture();
        await().until(() -> server.handlersRunning() == 1);
        answer.cancel(false);
        assertThatThrownBy(answer::get).isInstanceOf(CancellationException.class);
        allEnd(server, client);
        await().until(never::isCancelled);
    }

    @Test
    void anInterruptCancelsTheRequest() throws Exception {
        CompletableFuture<byte[]> never = new CompletableFuture<>();
        ClientPool client = answered(request -> never);
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread caller = new Thread(() -> {
            try {
                client.requestBlocking(bytes(10), SOON);
            } catch (RequestException e) {
                throw new AssertionError(e);
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        });
        caller.start();
        await().until(() -> server.handlersRunning() == 1);
        caller.interrupt();
        assertThat(interrupted.await(SOON.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
        allEnd(server, client);
    }

    @Test
    void timeOutsAndAnswersAtTheSameTimeLeaveNothing() throws Exception {
        ClientPool client = answered(request -> CompletableFuture.supplyAsync(
                request::bytes, CompletableFuture.delayedExecutor(request.bytes()[0], TimeUnit.MILLISECONDS)));
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            answers.add(client.request(new byte[] {(byte) (i % 20)}, Duration.ofMillis(10 + i % 7))
                    .toCompletableFuture());
        }
        for (CompletableFuture<byte[]> each : answers) {
            assertThat(each.handle((answer, failure) -> failure == null || failure instanceof RequestTimeoutException)
                            .get(SOON.toMillis(), TimeUnit.MILLISECONDS))
                    .isTrue();
        }
        allEnd(server, client);
        assertThat(client.requestBlocking(new byte[] {0}, SOON)).containsExactly(0);
    }

    // ---- the end of a pool or a peer

    @Test
    void aPoolThatClosesFailsItsRequests() throws Exception {
        ClientPool client = answered(request -> new CompletableFuture<>());
        CompletableFuture<byte[]> answer = client.request(bytes(10), SOON).toCompletableFuture();
        await().until(() -> server.handlersRunning() == 1);
        client.close();
        Throwable failure = failure(answer);
        assertThat(failure).isInstanceOf(RequestLostException.class).hasMessageContaining("the pool was closed");
        assertThat(((RequestException) failure).mayHaveBeenHandled()).isTrue();
        await().until(() -> server.handlersRunning() == 0);
    }

    @Test
    void aClosedPoolRefusesRequests() {
        ClientPool client = answered(echo());
        client.close();
        RequestRefusedException failure =
                catchThrowableOfType(RequestRefusedException.class, () -> client.requestBlocking(bytes(1), SOON));
        assertThat(failure.mayHaveBeenHandled()).isFalse();
        assertThat(failure).hasCauseInstanceOf(PoolClosedException.class);
    }

    @Test
    void aRequestInUseMayFinishWhileBothPoolsClose() throws Exception {
        CompletableFuture<byte[]> later = new CompletableFuture<>();
        ClientPool client = answered(request -> later);
        CompletableFuture<byte[]> answer = client.request(bytes(10), SOON).toCompletableFuture();
        await().until(() -> server.handlersRunning() == 1);
        Thread closing = new Thread(() -> server.close(SOON));
        closing.start();
        await().until(() -> server.state() == PoolState.CLOSING);
        later.complete(bytes(100_000));
        assertThat(answer.get()).hasSize(100_000);
        closing.join();
    }

    @Test
    void aPeerThatClosesAtOnceLosesRequests() throws Exception {
        CompletableFuture<byte[]> never = new CompletableFuture<>();
        ClientPool client = answered(request -> never);
        CompletableFuture<byte[]> answer = client.request(bytes(10), SOON).toCompletableFuture();
        await().until(() -> server.handlersRunning() == 1);
        server.close();
        Throwable failure = failure(answer);
        assertThat(failure).isInstanceOf(RequestLostException.class);
        assertThat(((RequestException) failure).mayHaveBeenHandled()).isTrue();
        await().until(never::isCancelled);
    }

    @Test
    void requestsGoOnWhenTheServerIsReplaced() throws Exception {
        ClientPool client = answered(echo());
        int port = server.localAddress().getPort();
        for (int i = 0; i < 3; i++) {
            server.close(SOON);
            CompletableFuture<byte[]> answer = client.request(bytes(100), SOON).toCompletableFuture();
            server = pools.server(s -> s, "127.0.0.1:" + port);
            server.answer(echo());
            assertThat(answer.get()).isEqualTo(bytes(100));
        }
    }

    @Test
    void aPeerThatIsSilentIsLost() throws Exception {
        server = pools.server(s -> s);
        CompletableFuture<byte[]> never = new CompletableFuture<>();
        server.answer(request -> never);
        try (Relay path = new Relay(server.localAddress())) {
            ClientPool client = pools.client(
                    "127.0.0.1:" + path.port(), c -> c.capacity(1, 1).keepAlive(Duration.ofMillis(700)));
            CompletableFuture<byte[]> answer = client.request(bytes(10), SOON).toCompletableFuture();
            await().until(() -> server.handlersRunning() == 1);
            path.block();
            Throwable failure = failure(answer);
            assertThat(failure).isInstanceOf(RequestLostException.class).hasMessageContaining("connection lost");
            assertThat(((RequestException) failure).mayHaveBeenHandled()).isTrue();
        }
    }

    @Test
    void aHandlerMayFailWhileTheClientCloses() throws Exception {
        CompletableFuture<byte[]> later = new CompletableFuture<>();
        ClientPool client = answered(request -> later);
        CompletableFuture<byte[]> answer = client.request(bytes(10), SOON).toCompletableFuture();
        await().until(() -> server.handlersRunning() == 1);
        Thread closing = new Thread(() -> client.close(SOON));
        closing.start();
        await().until(() -> client.state() == PoolState.CLOSING);
        later.completeExceptionally(new IllegalStateException("a stage that fails"));
        assertThat(failure(answer)).isInstanceOf(RequestFailedException.class);
        closing.join();
    }
}
