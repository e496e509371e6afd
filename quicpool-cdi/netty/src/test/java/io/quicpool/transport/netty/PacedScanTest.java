package io.quicpool.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PacedScanTest {

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private long now;
    private long cost;
    private int scans;
    private final PacedScan scan = new PacedScan(channel.eventLoop(), 100, 20, this::scan, () -> now);
    private boolean goOn;

    private void scan() {
        scans++;
        now += cost;
        if (goOn) {
            scan.requestLater();
        }
    }

    @BeforeEach
    void stopTheClock() {
        channel.freezeTime();
    }

    @AfterEach
    void close() {
        assertThat(channel.finish()).isFalse();
    }

    private void pass(long nanos) {
        now += nanos;
        channel.advanceTimeBy(nanos, TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void withoutARequestThereIsNone() {
        pass(1_000);
        assertThat(scans).isZero();
    }

    @Test
    void aRequestScansAtOnceOrLater() {
        scan.request();
        pass(0);
        assertThat(scans).isOne();
        pass(1_000);
        scan.requestLater();
        pass(99);
        assertThat(scans).isOne();
        pass(1);
        assertThat(scans).isEqualTo(2);
    }

    @Test
    void aPauseGrowsWithTheCostOfTheScan() {
        cost = 5;
        scan.request();
        pass(0);
        scan.request();
        scan.request();
        pass(99);
        assertThat(scans).isOne();
        cost = 50;
        pass(1);
        assertThat(scans).isEqualTo(2);
        scan.request();
        pass(999);
        assertThat(scans).isEqualTo(2);
        pass(1);
        assertThat(scans).isEqualTo(3);
    }

    @Test
    void aScanMayAskForTheNextOne() {
        goOn = true;
        cost = 50;
        scan.request();
        pass(0);
        pass(999);
        assertThat(scans).isOne();
        pass(1);
        assertThat(scans).isEqualTo(2);
    }
}
