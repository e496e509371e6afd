package io.quicpool.transport.kwik;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Closed streams with unsent data, and waiting for their delivery. */
class UndeliveredStreamsTest {

    private final Set<Integer> unsent = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean inFlight = new AtomicBoolean();
    private final UndeliveredStreams<Integer> undelivered = new UndeliveredStreams<>(unsent::contains, inFlight::get);

    @Test
    void holdsAllThatIsUnsentHoweverMany() throws Exception {
        for (int stream = 0; stream < 1000; stream++) {
            unsent.add(stream);
            undelivered.add(stream);
        }
        assertThat(undelivered.size()).isEqualTo(1000);
        assertThat(undelivered.await(() -> true, Duration.ofMillis(20))).isFalse();
        unsent.clear();
        assertThat(undelivered.await(() -> true, Duration.ofSeconds(5))).isTrue();
        assertThat(undelivered.size()).isZero();
    }

    @Test
    void waitsForWhatIsInFlightAndNotForAConnectionThatHasEnded() throws Exception {
        inFlight.set(true);
        assertThat(undelivered.await(() -> true, Duration.ofMillis(20))).isFalse();
        assertThat(undelivered.await(() -> false, Duration.ofHours(1))).isFalse();
        inFlight.set(false);
        assertThat(undelivered.await(() -> true, Duration.ofSeconds(5))).isTrue();
    }
}
