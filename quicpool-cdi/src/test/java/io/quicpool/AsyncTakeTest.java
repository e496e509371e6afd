package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.Pools;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Asynchronous takes: code of one caller does not delay another, and a take that ends stops waiting and costs no stream. */
class AsyncTakeTest {

    private static final Duration SHORT = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofMinutes(10);
    // On a machine that is busy with something else.

    private final Pools pools = new Pools();
    private final CountDownLatch never = new CountDownLatch(1);

    @AfterEach
    void close() {
        never.countDown();
        pools.close();
    }

    private void block() {
        try {
            never.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static CompletableFuture<PooledStream> any(StreamPool pool, Duration timeout) {
        return pool.takeAsync(timeout).toCompletableFuture();
    }

    private StreamPool pool(int targets) {
        if (targets == 0) {
            return pools.server(s -> s);
        }
        String servers = IntStream.range(0, targets)
                .mapToObj(
                        i -> "127.0.0.1:" + pools.server(s -> s).localAddress().getPort())
                .collect(Collectors.joining(","));
        return pools.client(servers, c -> c.capacity(1, 1));
    }

    /** In a server pool, a client pool, and a group. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void dependentsThatBlockHoldUpNoOtherTake(int targets) throws Exception {
        StreamPool pool = pool(targets);
        pool.suspend();
        Thread caller = Thread.currentThread();
        AtomicInteger blocked = new AtomicInteger();
        int all = 0;
        for (int more : List.of(8, 56, 936)) {
            for (int i = 0; i < more; i++) {
                CompletableFuture<PooledStream> take = any(pool, Duration.ofMillis(1));
                // On the future itself, and through what Java completes on the thread that completes it.
                CompletionStage<?> end = i % 2 == 0 ? take : CompletableFuture.allOf(take);
                end.whenComplete((stream, failure) -> {
                    blocked.incrementAndGet();
                    // If it has completed already, Java runs this here.
                    if (Thread.currentThread() != caller) {
                        block();
                    }
                });
            }
            all += more;
            long start = System.nanoTime();
            CompletableFuture<PooledStream> timed = any(pool, SHORT);
            assertThatThrownBy(() -> timed.get(SOON.toSeconds(), TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(PoolTimeoutException.class);
            System.out.println("a take of 100 ms beside " + all + " dependents that block ended after "
                    + (System.nanoTime() - start) / 1_000_000 + " ms");
            int expected = all;
            await().until(() -> blocked.get() == expected);
        }
        if (targets > 0) {
            CompletableFuture<PooledStream> served = any(pool, LONG);
            pool.resume();
            served.get(SOON.toSeconds(), TimeUnit.SECONDS).close();
        }
    }

    /** The last takes of a closing pool end too. */
    @Test
    void dependentsThatBlockHoldUpNoTakeOfAPoolThatCloses() throws Exception {
        ServerPool server = pools.server(s -> s);
        List<CompletableFuture<PooledStream>> takes = new ArrayList<>();
        List<CompletableFuture<PooledStream>> blocked = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            CompletableFuture<PooledStream> take = any(server, LONG);
            takes.add(take);
            blocked.add(take.whenComplete((stream, failure) -> block()));
        }
        Thread closing = new Thread(server::close);
        closing.start();
        await().until(() -> takes.stream().allMatch(CompletableFuture::isDone));
        never.countDown();
        closing.join();
        assertThat(blocked).allMatch(CompletableFuture::isDone);
    }

    static Stream<Arguments> endings() {
        return Stream.of(
                ending("cancel", take -> take.cancel(false)),
                ending("complete", take -> take.complete(null)),
                ending("completeExceptionally", take -> take.completeExceptionally(new IllegalStateException())),
                ending("obtrudeValue", take -> take.obtrudeValue(null)),
                ending("obtrudeException", take -> take.obtrudeException(new IllegalStateException())),
                ending("completeAsync", take -> take.completeAsync(() -> null)),
                ending("orTimeout", take -> take.orTimeout(1, TimeUnit.MILLISECONDS)),
                ending("completeOnTimeout", take -> take.completeOnTimeout(null, 1, TimeUnit.MILLISECONDS)));
    }

    private static Arguments ending(String name, Consumer<CompletableFuture<PooledStream>> way) {
        return Arguments.of(name, way);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("endings")
    void aTakeThatIsEndedInAnyWayStopsWaiting(String name, Consumer<CompletableFuture<PooledStream>> way) {
        ServerPool server = pools.server(s -> s);
        for (int i = 0; i < 100; i++) {
            way.accept(any(server, LONG));
            way.accept(server.takeAsync(StreamId.FIRST, LONG).toCompletableFuture());
        }
        await().until(() -> server.snapshot().waiting() == 0);
        ClientPool client = pools.client(server, c -> c.capacity(2, 2));
        awaitIdle(client, 2);
        awaitIdle(server, 2);
        assertThat(server.snapshot().taken()).isZero();
        assertThat(server.snapshot().totals().handedOut()).isZero();
        assertThat(server.snapshot().totals().timeouts()).isZero();
    }

    @Test
    void aTakeStopsWaitingBeforeItsDependentsRun() {
        ServerPool server = pools.server(s -> s);
        CompletableFuture<PooledStream> take = any(server, LONG);
        CompletableFuture<Integer> seen =
                take.handle((stream, failure) -> server.snapshot().waiting());
        take.cancel(false);
        assertThat(seen.join()).isZero();
    }

    /** Both at the same moment, many times. */
    @Test
    void whatIsServedToATakeThatIsBeingEndedIsNotLost() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(1, 1));
        awaitIdle(client, 1);
        long reached = 0;
        for (int i = 0; i < 500; i++) {
            client.suspend();
            CompletableFuture<PooledStream> take = any(client, LONG);
            Thread resuming = new Thread(client::resume);
            resuming.start();
            if (i % 2 == 0) {
                Thread.onSpinWait();
            }
            take.cancel(false);
            resuming.join();
            if (!take.isCancelled()) {
                take.join().close();
                reached++;
            }
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .atMost(SOON)
                    .until(() -> client.active() == 1);
        }
        assertThat(client.snapshot().totals().handedOut()).isEqualTo(reached);
        // A stream that is idle again may count as taken for a moment longer.
        await().until(() -> client.snapshot().taken() == 0);
        assertThat(client.snapshot().waiting()).isZero();
    }

    // ---- an executor of the caller

    static Stream<Function<CompletableFuture<PooledStream>, CompletionStage<?>>> dependents() {
        CompletableFuture<PooledStream> open = new CompletableFuture<>();
        CompletableFuture<PooledStream> done = CompletableFuture.completedFuture(null);
        return Stream.of(
                take -> take.handle((stream, failure) -> thread()),
                take -> take.whenComplete((stream, failure) -> mine()).handle((stream, failure) -> thread()),
                take -> take.exceptionally(failure -> {
                            mine();
                            return null;
                        })
                        .thenApply(stream -> thread()),
                take -> take.exceptionallyCompose(failure -> {
                            mine();
                            return done;
                        })
                        .thenCompose(stream -> CompletableFuture.completedFuture(thread())),
                take -> ended(take).thenRun(AsyncTakeTest::mine).thenApply(nothing -> thread()),
                take -> ended(take).thenAccept(stream -> mine()).thenApply(nothing -> thread()),
                take -> ended(take).thenCombine(done, (a, b) -> thread()),
                take -> ended(take).thenAcceptBoth(done, (a, b) -> mine()).thenApply(nothing -> thread()),
                take -> ended(take).runAfterBoth(done, AsyncTakeTest::mine).thenApply(nothing -> thread()),
                take -> ended(take).applyToEither(open, stream -> thread()),
                take -> ended(take).acceptEither(open, stream -> mine()).thenApply(nothing -> thread()),
                take -> ended(take).runAfterEither(open, AsyncTakeTest::mine).thenApply(nothing -> thread()),
                take -> ended(take).thenApplyAsync(stream -> thread()));
    }

    private static CompletableFuture<PooledStream> ended(CompletableFuture<PooledStream> take) {
        return take.exceptionally(failure -> null);
    }

    private static String thread() {
        mine();
        return Thread.currentThread().getName();
    }

    private static void mine() {
        if (!Thread.currentThread().getName().equals("mine")) {
            throw new AssertionError(Thread.currentThread().getName());
        }
    }

    @ParameterizedTest
    @MethodSource("dependents")
    void dependentsRunOnTheExecutorThatIsGiven(Function<CompletableFuture<PooledStream>, CompletionStage<?>> dependent)
            throws Exception {
        ServerPool server = pools.server(s -> s);
        ExecutorService executor = Executors.newSingleThreadExecutor(task -> new Thread(task, "mine"));
        try {
            CompletableFuture<PooledStream> take =
                    server.takeAsync(SHORT, executor).toCompletableFuture();
            CompletionStage<?> before = dependent.apply(take);
            assertThat(before.toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo("mine");
            // It has ended by now.
            assertThat(dependent.apply(take).toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo("mine");
        } finally {
            executor.shutdown();
        }
    }

    @Test
    void anExecutorThatDoesNothingDoesNotChangeWhenATakeEnds() throws Exception {
        ServerPool server = pools.server(s -> s);
        Executor lazy = task -> {};
        CompletableFuture<PooledStream> timed = server.takeAsync(SHORT, lazy).toCompletableFuture();
        assertThatThrownBy(() -> timed.get(SOON.toSeconds(), TimeUnit.SECONDS))
                .hasCauseInstanceOf(PoolTimeoutException.class);
        CompletableFuture<PooledStream> served = server.takeAsync(LONG, lazy).toCompletableFuture();
        pools.client(server, c -> c.capacity(1, 1));
        served.get(SOON.toSeconds(), TimeUnit.SECONDS).close();
    }

    @Test
    void anExecutorThatRejectsFailsItsDependentsAndTheStreamStaysInTheFuture() throws Exception {
        ServerPool server = pools.server(s -> s);
        Executor rejecting = task -> {
            throw new RejectedExecutionException("for the test");
        };
        CompletableFuture<PooledStream> take = server.takeAsync(LONG, rejecting).toCompletableFuture();
        CompletableFuture<Void> dependent = take.thenAccept(PooledStream::close);
        pools.client(server, c -> c.capacity(1, 1));
        assertThatThrownBy(() -> dependent.get(SOON.toSeconds(), TimeUnit.SECONDS))
                .hasCauseInstanceOf(RejectedExecutionException.class);
        take.get(SOON.toSeconds(), TimeUnit.SECONDS).close();
        server.take(SOON).close();
    }

    @Test
    void dependentsThatBlockOnAnExecutorThatRunsThemAtOnceHoldUpNoOtherTake() throws Exception {
        ServerPool server = pools.server(s -> s);
        AtomicInteger blocked = new AtomicInteger();
        for (int i = 0; i < 20; i++) {
            server.takeAsync(LONG, Runnable::run).thenAccept(stream -> {
                blocked.incrementAndGet();
                block();
            });
        }
        CompletableFuture<PooledStream> last = any(server, LONG);
        pools.client(server, c -> c.capacity(21, 21));
        last.get(SOON.toSeconds(), TimeUnit.SECONDS).close();
        await().until(() -> blocked.get() == 20);
    }

    // ---- too many

    @Test
    void moreCallersThanMayWaitAreRefusedAtOnce() throws Exception {
        ServerPool server = pools.server(s -> s.maxWaiting(3));
        List<CompletableFuture<PooledStream>> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiting.add(any(server, LONG));
        }
        CompletableFuture<PooledStream> fourth = any(server, LONG);
        assertThat(fourth).isCompletedExceptionally();
        assertThatThrownBy(() -> server.take(LONG))
                .isInstanceOf(PoolBusyException.class)
                .hasMessageContaining("server server: too many callers are waiting (max-waiting)")
                .hasMessageContaining("waiting 3");
        assertThat(server.snapshot().totals().refused()).containsEntry("callers", 2L);
        assertThat(server.snapshot().waiting()).isEqualTo(3);
        waiting.get(0).cancel(false);
        waiting.set(0, any(server, LONG));
        pools.client(server, c -> c.capacity(3, 3));
        for (CompletableFuture<PooledStream> each : waiting) {
            each.get(SOON.toSeconds(), TimeUnit.SECONDS).close();
        }
    }

    @Test
    void aGroupRefusesCallersWhenAllItsMembersDo() {
        StreamPool group = pools.client("127.0.0.1:1, 127.0.0.1:2", c -> c.maxWaiting(2));
        assertThat(any(group, LONG)).isNotDone();
        assertThat(any(group, LONG)).isNotDone();
        assertThatThrownBy(() -> group.take(LONG)).isInstanceOf(PoolBusyException.class);
        assertThat(group.snapshot().waiting()).isEqualTo(2);
    }
}
