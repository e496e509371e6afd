package io.quicpool.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PausesTest {

    private long now;
    private final Pauses pauses = new Pauses(100, 20, () -> now);

    private long pauseAfter(long cost) {
        return pauses.after(() -> now += cost);
    }

    @Test
    void aPauseGrowsWithTheCostOfTheCheck() {
        assertThat(pauseAfter(0)).isEqualTo(100);
        assertThat(pauseAfter(5)).isEqualTo(100);
        assertThat(pauseAfter(50)).isEqualTo(1_000);
        assertThat(pauseAfter(1)).isEqualTo(100);
    }
}
