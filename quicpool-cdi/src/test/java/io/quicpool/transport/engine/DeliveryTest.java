package io.quicpool.transport.engine;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Waiting for the delivery of what was written to closed streams. */
class DeliveryTest {

    private static final Duration SHORT = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofHours(1);

    private boolean alive = true;
    private boolean undelivered;
    private int checks;
    private int packets;
    private boolean talks;

    private final Delivery.Source source = new Delivery.Source() {
        @Override
        public boolean alive() {
            return alive;
        }

        @Override
        public boolean isUndelivered() {
            checks++;
            return undelivered;
        }

        @Override
        public long received() {
            return talks ? ++packets : packets;
        }
    };

    private boolean await(Duration timeout, Duration silence) throws InterruptedException {
        return new Delivery(source, Runnable::run, silence).await(timeout);
    }

    @Test
    void waitsForWhatIsUndelivered() throws Exception {
        undelivered = true;
        assertThat(await(SHORT, LONG)).isFalse();
        undelivered = false;
        assertThat(await(SOON, LONG)).isTrue();
    }

    /** Between the detection of a loss and its retransmission nothing is in flight. */
    @Test
    void believesOnlyTheSecondCheckInARow() throws Exception {
        assertThat(await(SOON, LONG)).isTrue();
        assertThat(checks).isEqualTo(2);
    }

    /** A peer that does not know of the close yet goes on, and is quiet only for a moment. */
    @Test
    void theSecondCheckComesSoonHoweverLongTheWait() {
        long second = TimeUnit.SECONDS.toNanos(1);
        assertThat(Delivery.pause(Delivery.Outcome.UNDELIVERED, 0)).isEqualTo(Delivery.MIN_PAUSE);
        assertThat(Delivery.pause(Delivery.Outcome.UNDELIVERED, second)).isEqualTo(Delivery.MAX_PAUSE);
        assertThat(Delivery.pause(Delivery.Outcome.QUIET, second)).isEqualTo(Delivery.MIN_PAUSE);
    }

    @Test
    void doesNotWaitForAConnectionThatHasEnded() throws Exception {
        alive = false;
        assertThat(await(LONG, LONG)).isFalse();
    }

    @Test
    void doesNotWaitForASilentPeer() throws Exception {
        undelivered = true;
        assertThat(await(LONG, SHORT)).isFalse();
        talks = true;
        assertThat(await(SHORT.multipliedBy(10), SHORT.multipliedBy(5))).isFalse();
        assertThat(checks).isGreaterThan(2);
    }

    @Test
    void anEngineThatHasEndedOrIsStuckDelaysNobody() throws Exception {
        assertThat(new Delivery(
                                source,
                                task -> {
                                    throw new RejectedExecutionException();
                                },
                                LONG)
                        .await(LONG))
                .isFalse();
        assertThat(new Delivery(source, task -> {}, LONG).await(SHORT)).isFalse();
    }
}
