package io.quicpool.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeadlineTest {

    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    @Test
    void noWaitIsTooLong() {
        assertThat(Deadline.after(FOR_EVER).hasPassed()).isFalse();
        assertThat(Deadline.after(FOR_EVER).plus(Duration.ofDays(1)).remaining())
                .isGreaterThan(Duration.ofDays(36_500));
        assertThat(Deadline.after(Duration.ofNanos(Long.MAX_VALUE))
                        .plus(FOR_EVER)
                        .hasPassed())
                .isFalse();
        assertThat(Deadline.nanos(FOR_EVER)).isPositive();
    }

    @Test
    void aWaitThatIsOverHasStillAMoment() {
        Deadline over = Deadline.after(Duration.ofSeconds(-1));
        assertThat(over.hasPassed()).isTrue();
        assertThat(over.nanosLeft()).isLessThanOrEqualTo(0);
        assertThat(over.remaining()).isEqualTo(Duration.ofNanos(1));
        assertThat(Deadline.after(Duration.ofHours(1))
                        .minus(Duration.ofHours(2))
                        .hasPassed())
                .isTrue();
    }

    @Test
    void aThreadThatHasEndedIsJoinedAlsoAfterTheDeadline() throws Exception {
        Thread thread = new Thread(() -> {});
        thread.start();
        thread.join();
        assertThat(Deadline.after(Duration.ZERO).join(thread)).isTrue();
        assertThat(Deadline.after(Duration.ZERO).join(Thread.currentThread())).isFalse();
    }
}
