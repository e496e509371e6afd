package io.quicpool.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CreditShortageTest {

    private static final long SECOND = 1_000_000_000;
    private static final int LOOKS = 2;

    private final CreditShortage drought = new CreditShortage();
    private int now;

    private List<String> looks(int seconds, boolean dry) {
        List<String> steps = new ArrayList<>();
        for (int end = now + seconds * LOOKS; now < end; now++) {
            CreditShortage.Step step = drought.look(dry, now * SECOND / LOOKS);
            if (step != CreditShortage.Step.NOTHING) {
                steps.add(step + " " + now / (double) LOOKS);
            }
        }
        return steps;
    }

    @Test
    void isToldOnceAndActedUponAtEverLongerDistances() {
        assertThat(looks(20, true)).containsExactly("TELL 1.0", "ACT 2.0", "ACT 6.0", "ACT 14.0");
        assertThat(looks(10, false)).containsExactly("OVER 20.0");
    }

    @Test
    void isActedUponOnceAMinuteInTheEnd() {
        assertThat(looks(300, true)).endsWith("ACT 122.0", "ACT 182.0", "ACT 242.0");
    }

    @Test
    void aShortOneIsNotTold() {
        assertThat(looks(1, true)).isEmpty();
        assertThat(looks(1, false)).isEmpty();
        assertThat(looks(1, true)).isEmpty();
    }

    @Test
    void anotherSoonAfterIsNotActedUponAsSoon() {
        assertThat(looks(3, true)).containsExactly("TELL 1.0", "ACT 2.0");
        assertThat(looks(1, false)).containsExactly("OVER 3.0");
        assertThat(looks(5, true)).containsExactly("TELL 5.0", "ACT 8.0");
    }
}
