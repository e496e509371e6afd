package io.quicpool.core.targets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.Endpoint;
import io.quicpool.config.PoolLabel;
import io.quicpool.config.TargetAddress;
import io.quicpool.config.TargetSource;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.threads.PoolThreads;
import io.quicpool.testing.LogOf;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TargetFeedTest {

    private final PoolThreads threads = new PoolThreads("fed");
    private final LogOf log = new LogOf("io.quicpool", Level.INFO);
    private final List<List<TargetAddress>> got = new CopyOnWriteArrayList<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private final TargetFeed feed = new TargetFeed(
            threads, new PoolLog(PoolLabel.client("fed")), got::add, cause -> failures.incrementAndGet());

    @AfterEach
    void close() throws InterruptedException {
        log.close();
        threads.close(Duration.ofSeconds(1));
    }

    private static TargetAddress target(int port) {
        return TargetAddress.of(new Endpoint("a", port));
    }

    private static List<TargetAddress> targets(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(TargetFeedTest::target).toList();
    }

    private void tell(List<TargetAddress> targets) {
        feed.targets(targets);
        afterTheTimer();
    }

    private void afterTheTimer() {
        CountDownLatch done = new CountDownLatch(1);
        threads.decide(done::countDown);
        await().until(() -> done.getCount() == 0);
    }

    @Test
    void handsOverWhatHasChanged() {
        feed.open(listener -> {
            listener.targets(List.of(target(1), target(2), target(1)));
            return closed::incrementAndGet;
        });
        afterTheTimer();
        assertThat(got).containsExactly(targets(1, 2));
        tell(List.of(target(2), target(1)));
        assertThat(got).as("another order").hasSize(1);
        tell(List.of(target(1), TargetAddress.parse("target", "a:2@eu")));
        assertThat(got).as("another zone").hasSize(2);
        tell(List.of());
        assertThat(got).last().isEqualTo(List.of());
        assertThat(log.lines())
                .containsExactly(
                        "client fed: targets: a:1, a:2", "client fed: targets: a:1, a:2", "client fed: targets: none");
        feed.close();
        assertThat(closed).hasValue(1);
    }

    @Test
    void logsAFailureOnceUntilItIsOver() {
        feed.failed(new IOException("no name server"));
        feed.failed(new IOException("no name server at all"));
        tell(targets(1, 1));
        feed.failed(new IOException("no\nname server"));
        assertThat(failures).hasValue(3);
        assertThat(got).containsExactly(targets(1, 1));
        assertThat(log.lines())
                .containsExactly(
                        "client fed: cannot find out the targets: no name server; the pool keeps those that it has, and asks again",
                        "client fed: the targets are known again",
                        "client fed: targets: a:1",
                        "client fed: cannot find out the targets: no name server; the pool keeps those that it has, and asks again");
    }

    @Test
    void onlyTheLatestCounts() {
        CountDownLatch blocked = new CountDownLatch(1);
        threads.decide(() -> {
            try {
                blocked.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        for (int i = 1; i <= 1000; i++) {
            feed.targets(targets(i, i));
        }
        blocked.countDown();
        afterTheTimer();
        assertThat(got).containsExactly(targets(1000, 1000));
    }

    @Test
    void keepsThoseThatThePoolHasWhenThereAreTooMany() {
        tell(targets(1, TargetFeed.MAX_TARGETS));
        List<TargetAddress> more = new ArrayList<>(targets(101, 200));
        more.addAll(targets(2, TargetFeed.MAX_TARGETS));
        tell(more);
        List<TargetAddress> expected = new ArrayList<>(targets(2, TargetFeed.MAX_TARGETS));
        expected.add(target(101));
        assertThat(got).last().isEqualTo(expected);
        assertThat(log.lines()).contains("client fed: the source has 163 targets; the pool uses 64 of them");
    }

    @Test
    void ignoresWhatComesAfterItWasClosed() {
        feed.close();
        feed.open(listener -> closed::incrementAndGet);
        assertThat(closed).as("a source that opens late").hasValue(1);
        feed.failed(new IOException("late"));
        tell(targets(1, 1));
        assertThat(got).isEmpty();
        assertThat(failures).hasValue(0);
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void aSourceThatCannotBeClosedIsLogged() {
        TargetSource source = listener -> () -> {
            throw new IllegalStateException("a bug");
        };
        feed.open(source);
        feed.close();
        assertThat(log.lines()).containsExactly("client fed: cannot close the target source");
    }
}
