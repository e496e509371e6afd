package io.quicpool.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CreditShortageTest {

    private static final long SECOND = 1_000_000_000;
    private static final int CHECKS_PER_SECOND = 2;

    private final CreditShortage shortage = new CreditShortage();
    private int now;

    private List<String> checks(int seconds, boolean isShort) {
        List<String> steps = new ArrayList<>();
        for (int end = now + seconds * CHECKS_PER_SECOND; now < end; now++) {
            CreditShortage.Step step = shortage.check(isShort, now * SECOND / CHECKS_PER_SECOND);
            if (step != CreditShortage.Step.NOTHING) {
                steps.add(step + " " + now / (double) CHECKS_PER_SECOND);
            }
        }
        return steps;
    }

    @Test
    void isReportedOnceAndActedUponEverMoreRarely() {
        assertThat(checks(20, true)).containsExactly("REPORT 1.0", "ACT 2.0", "ACT 6.0", "ACT 14.0");
        assertThat(checks(10, false)).containsExactly("OVER 20.0");
    }

    @Test
    void isActedUponOnceAMinuteAtMost() {
        assertThat(checks(300, true)).endsWith("ACT 122.0", "ACT 182.0", "ACT 242.0");
    }

    @Test
    void aShortOneIsNotReported() {
        assertThat(checks(1, true)).isEmpty();
        assertThat(checks(1, false)).isEmpty();
        assertThat(checks(1, true)).isEmpty();
    }

    @Test
    void anotherSoonAfterIsNotActedUponAsSoon() {
        assertThat(checks(3, true)).containsExactly("REPORT 1.0", "ACT 2.0");
        assertThat(checks(1, false)).containsExactly("OVER 3.0");
        assertThat(checks(5, true)).containsExactly("REPORT 5.0", "ACT 8.0");
    }
}
