package io.quicpool.transport.kwik;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What a connection has yet to deliver. */
class DeliveryTest {

    private final Set<Integer> unsent = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean inFlight = new AtomicBoolean();
    private final Delivery<Integer> delivery = new Delivery<>(unsent::contains, inFlight::get);

    @Test
    void holdsAllThatIsUnsentHoweverMany() throws Exception {
        for (int stream = 0; stream < 1000; stream++) {
            unsent.add(stream);
            delivery.closed(stream);
        }
        assertThat(delivery.size()).isEqualTo(1000);
        assertThat(delivery.await(() -> true, Duration.ofMillis(20))).isFalse();
        unsent.clear();
        assertThat(delivery.await(() -> true, Duration.ofSeconds(5))).isTrue();
        assertThat(delivery.size()).isZero();
    }

    @Test
    void waitsForWhatIsInFlightAndNotForAConnectionThatHasEnded() throws Exception {
        inFlight.set(true);
        assertThat(delivery.await(() -> true, Duration.ofMillis(20))).isFalse();
        assertThat(delivery.await(() -> false, Duration.ofHours(1))).isFalse();
        inFlight.set(false);
        assertThat(delivery.await(() -> true, Duration.ofSeconds(5))).isTrue();
    }
}
