package io.quicpool.core.threads;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.transport.Deadline;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** As many threads as there is code that blocks, and few again when it no longer does. */
class CompletionThreadsTest {

    private static final int BLOCKED = 100;

    private final Queue<Thread> made = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> scheduled = new ConcurrentLinkedQueue<>();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);
    private final CompletionThreads threads =
            new CompletionThreads(this::thread, Duration.ofMillis(1), (delay, action) -> scheduled.add(action));

    @AfterEach
    void close() {
        goOn.countDown();
        end.countDown();
        threads.shutdown();
    }

    private Thread thread(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        made.add(thread);
        return thread;
    }

    private long alive() {
        return made.stream().filter(Thread::isAlive).count();
    }

    private void execute(Runnable task) {
        for (int i = 0; i < BLOCKED; i++) {
            threads.execute(task);
        }
    }

    private static void pass(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // What these schedule is for the next time.
    private void runScheduled() {
        for (int due = scheduled.size(); due > 0; due--) {
            scheduled.remove().run();
        }
    }

    @Test
    void theirNumberGrowsWhileTasksBlockAndIsSmallAgainAfterwards() {
        AtomicInteger blocked = new AtomicInteger();
        execute(() -> {
            blocked.incrementAndGet();
            pass(goOn);
        });
        assertThat(alive()).isEqualTo(CompletionThreads.MIN_THREADS);
        await().pollInterval(Duration.ofMillis(5)).until(() -> {
            runScheduled();
            return blocked.get() == BLOCKED;
        });
        goOn.countDown();
        await().until(() -> {
            runScheduled();
            return alive() == 0 && scheduled.isEmpty();
        });
        execute(() -> pass(end));
        assertThat(alive()).isEqualTo(CompletionThreads.MIN_THREADS);
    }

    /** No timer runs any more. */
    @Test
    void theirNumberGrowsWhileThePoolCloses() throws Exception {
        AtomicInteger begun = new AtomicInteger();
        execute(() -> {
            if (begun.incrementAndGet() == BLOCKED) {
                end.countDown();
            }
            pass(end);
        });
        threads.shutdown();
        assertThat(threads.awaitTermination(Deadline.after(SOON))).isTrue();
    }

    /** A caller that waits for its result would wait for ever. */
    @Test
    void aTaskThatHasNotBegunRunsEvenIfAllOthersBlockWhenThePoolCloses() {
        AtomicInteger ran = new AtomicInteger();
        execute(() -> {
            ran.incrementAndGet();
            pass(end);
        });
        threads.shutdown();
        threads.interrupt();
        await().until(() -> ran.get() == BLOCKED);
    }
}
