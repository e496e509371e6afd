package io.quicpool.core.streams;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.StreamId;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.PoolLabel;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.threads.PoolThreads;
import io.quicpool.core.threads.TimeLimits;
import io.quicpool.testing.FakeStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls that take too long are ended. Calls that return in time cost the timer nothing. */
class TimeLimitsTest {

    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    private final PoolThreads threads = new PoolThreads("test");
    private final AtomicInteger tasks = new AtomicInteger();
    private final TimeLimits limits = new TimeLimits(this::schedule);

    private Future<?> schedule(Duration delay, Runnable action) {
        tasks.incrementAndGet();
        return threads.decideAfter(delay, action);
    }

    @AfterEach
    void close() throws InterruptedException {
        threads.close(SOON);
    }

    @Test
    void callsThatEndInTimeShareOneTask() throws IOException {
        for (int i = 0; i < 10_000; i++) {
            assertThat(limits.within(HOUR, () -> {}, () -> 1)).isOne();
        }
        assertThat(tasks).hasValue(1);
    }

    @Test
    void eachCallIsEndedAtItsOwnTime() throws Exception {
        List<Integer> ended = new CopyOnWriteArrayList<>();
        List<CompletableFuture<Void>> calls = new ArrayList<>();
        for (int millis : List.of(100_000, 900, 100, 500)) {
            CountDownLatch up = new CountDownLatch(1);
            calls.add(CompletableFuture.runAsync(
                    () -> {
                        try {
                            long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
                            long begin = System.nanoTime();
                            limits.within(
                                    nanos,
                                    () -> {
                                        if (System.nanoTime() - begin >= nanos) {
                                            ended.add(millis);
                                        }
                                        up.countDown();
                                    },
                                    () -> {
                                        awaitQuietly(up);
                                        return 0;
                                    });
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    },
                    task -> new Thread(task).start()));
        }
        for (CompletableFuture<Void> call : calls.subList(1, 4)) {
            call.get(SOON.toSeconds(), TimeUnit.SECONDS);
        }
        assertThat(ended).containsExactlyInAnyOrder(100, 500, 900);
        assertThat(calls.get(0)).isNotDone();
        assertThat(tasks.get()).isLessThan(20);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(2 * SOON.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A call that cannot be ended does not affect others. */
    @Test
    void anExceptionWhenACallIsEndedDoesNotAffectOthers() {
        AtomicInteger given = new AtomicInteger();
        for (int i = 0; i < 20; i++) {
            Thread caller = new Thread(() -> {
                try {
                    limits.within(
                            TimeUnit.MILLISECONDS.toNanos(50),
                            () -> {
                                if (given.incrementAndGet() % 2 == 1) {
                                    throw new IllegalStateException("for the test");
                                }
                            },
                            () -> {
                                awaitQuietly(new CountDownLatch(1));
                                return 0;
                            });
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            caller.setDaemon(true);
            caller.start();
        }
        await().until(() -> given.get() == 20);
    }

    /** The caller sees the effects of ending its call, even if the call completes at the same moment. */
    @Test
    void aCallThatIsEndedReturnsAfterwards() throws Exception {
        CountDownLatch ending = new CountDownLatch(1);
        CountDownLatch returned = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        Thread caller = Thread.currentThread();
        limits.within(
                TimeUnit.MILLISECONDS.toNanos(20),
                () -> {
                    ending.countDown();
                    await().until(() -> caller.getState() == Thread.State.BLOCKED || returned.getCount() == 0);
                    ended.set(true);
                },
                () -> {
                    awaitQuietly(ending);
                    return 0;
                });
        boolean seen = ended.get();
        returned.countDown();
        assertThat(seen).isTrue();
    }

    /** The stream is reset by then. */
    @Test
    void aWriteThatIsCompleteAsItsTimeEndsThrows() {
        CountDownLatch reset = new CountDownLatch(1);
        FakeStream stream = new FakeStream() {
            @Override
            public OutputStream output() {
                return new OutputStream() {
                    @Override
                    public void write(int one) {
                        awaitQuietly(reset);
                    }
                };
            }

            @Override
            public void reset(long applicationErrorCode) {
                reset.countDown();
            }
        };
        Slot slot = new Slot(stream, 0, 0);
        slot.id(new StreamId(1));
        PoolLabel label = PoolLabel.client("test");
        ClientPoolConfig config =
                ClientPoolConfig.builder().target("localhost:1").build();
        Lease lease =
                new Lease(slot, new PoolStreams(new PoolLog(label), config, threads, new Metrics(), new Nobody()));
        lease.writeTimeout(Duration.ofMillis(20));
        assertThatThrownBy(() -> lease.outputStream().write(1)).isInstanceOf(SocketTimeoutException.class);
        assertThat(lease.timedOut()).isTrue();
    }

    /** No call is ended after it has returned. */
    @Test
    void aCallThatReturnedIsNotEnded() throws Exception {
        AtomicBoolean back = new AtomicBoolean();
        AtomicInteger given = new AtomicInteger();
        for (int i = 0; i < 50; i++) {
            limits.within(
                    TimeUnit.MILLISECONDS.toNanos(500),
                    () -> {
                        // Not before: a call may take that long on a busy machine.
                        if (back.get()) {
                            given.incrementAndGet();
                        }
                    },
                    () -> 0);
        }
        back.set(true);
        CountDownLatch later = new CountDownLatch(1);
        limits.within(TimeUnit.MILLISECONDS.toNanos(700), later::countDown, () -> {
            awaitQuietly(later);
            return 0;
        });
        assertThat(given).hasValue(0);
    }

    /** The timer may run its task before the thread that armed it goes on. Calls after that are ended too. */
    @Test
    void aTaskThatStartsWhileTheTimerIsBeingArmedLosesNoLaterCall() throws Exception {
        List<Thread> early = new CopyOnWriteArrayList<>();
        TimeLimits armedSlowly = new TimeLimits((delay, action) -> {
            if (!early.isEmpty()) {
                return schedule(delay, action);
            }
            Thread task = new Thread(action);
            early.add(task);
            task.start();
            await().until(() ->
                    Set.of(Thread.State.WAITING, Thread.State.TERMINATED).contains(task.getState()));
            return new CompletableFuture<>();
        });
        armedSlowly.within(1, () -> {}, () -> 0);
        early.get(0).join();
        CountDownLatch ended = new CountDownLatch(1);
        armedSlowly.within(1, ended::countDown, () -> {
            awaitQuietly(ended);
            return 0;
        });
        assertThat(ended.getCount()).isZero();
    }
}
