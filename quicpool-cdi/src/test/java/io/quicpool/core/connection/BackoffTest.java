package io.quicpool.core.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

    @Test
    void growsFromFiftyMillisecondsToFiveSeconds() {
        Backoff backoff = new Backoff(() -> 1);
        assertThat(backoff.next()).isEqualTo(Duration.ofMillis(50));
        assertThat(backoff.next()).isEqualTo(Duration.ofNanos(62_500_000));
        for (int i = 0; i < 25; i++) {
            backoff.next();
        }
        assertThat(backoff.next()).isEqualTo(Backoff.MAX_DELAY);
    }

    @Test
    void halfOfItIsLeftToChance() {
        assertThat(new Backoff(() -> 0).next()).isEqualTo(Duration.ofMillis(25));
        assertThat(new Backoff(() -> 0.5).next()).isEqualTo(Duration.ofNanos(37_500_000));
    }

    @Test
    void aPauseBeforeAnotherAddressIsShortAndDoesNotCount() {
        Backoff backoff = new Backoff(() -> 1);
        assertThat(backoff.next(false)).isEqualTo(Backoff.MIN_DELAY);
        assertThat(backoff.next(true)).isEqualTo(Backoff.MIN_DELAY);
        assertThat(backoff.next(false)).isEqualTo(Backoff.MIN_DELAY);
        assertThat(backoff.next(true)).isGreaterThan(Backoff.MIN_DELAY);
    }

    @Test
    void startsAgainAfterASuccessThatHasLasted() {
        Backoff backoff = new Backoff(() -> 1);
        backoff.next();
        backoff.next();
        assertThat(backoff.resetIfLasted(Backoff.MIN_SUCCESS.minusNanos(1))).isFalse();
        assertThat(backoff.next()).isGreaterThan(Backoff.MIN_DELAY);
        assertThat(backoff.resetIfLasted(Backoff.MIN_SUCCESS)).isTrue();
        assertThat(backoff.next()).isEqualTo(Backoff.MIN_DELAY);
    }

    @Test
    void aLongDelayNeedsALongSuccess() {
        Backoff backoff = new Backoff(() -> 1);
        for (int i = 0; i < 40; i++) {
            backoff.next();
        }
        assertThat(backoff.resetIfLasted(Backoff.MAX_DELAY.minusNanos(1))).isFalse();
        assertThat(backoff.resetIfLasted(Backoff.MAX_DELAY)).isTrue();
    }
}
