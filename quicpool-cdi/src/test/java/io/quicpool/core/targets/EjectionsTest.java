package io.quicpool.core.targets;

import static io.quicpool.core.targets.Ejections.Kind.CONNECTING;
import static io.quicpool.core.targets.Ejections.Kind.USE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EjectionsTest {

    private static final Duration BASE = Duration.ofSeconds(30);

    // Close to the end of the clock, which then goes on with negative numbers.
    private long now = Long.MAX_VALUE - Duration.ofSeconds(50).toNanos();

    private Ejections ejections(int after, int maxPercent) {
        return new Ejections(after, BASE, maxPercent, () -> now);
    }

    private void wait(Duration time) {
        now += time.toNanos();
    }

    private static List<Ejections.Target> add(Ejections ejections, int count) {
        List<Ejections.Target> targets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            targets.add(ejections.add());
        }
        return targets;
    }

    private static boolean fails(Ejections.Target target, int times) {
        boolean ejected = false;
        for (int i = 0; i < times; i++) {
            ejected |= target.failed(USE);
        }
        return ejected;
    }

    @Test
    void failuresInARowEjectATargetOnce() {
        Ejections.Target target = add(ejections(3, 50), 4).get(0);
        assertThat(fails(target, 2)).isFalse();
        assertThat(target.isEjected()).isFalse();
        assertThat(target.failed(USE)).isTrue();
        assertThat(target.isEjected()).isTrue();
        assertThat(target.failed(USE)).as("it is ejected already").isFalse();
    }

    @Test
    void aSuccessEndsTheRow() {
        Ejections.Target target = add(ejections(3, 50), 4).get(0);
        fails(target, 2);
        target.succeeded(USE);
        assertThat(fails(target, 2)).isFalse();
        assertThat(target.failed(USE)).isTrue();
    }

    /** A target that gives ids and answers nothing. */
    @Test
    void aSuccessOfAnotherKindDoesNot() {
        Ejections.Target target = add(ejections(3, 50), 4).get(0);
        fails(target, 2);
        target.succeeded(CONNECTING);
        assertThat(target.failed(CONNECTING)).isFalse();
        assertThat(target.failed(USE)).isTrue();
    }

    @Test
    void itComesBackByItself() {
        Ejections ejections = ejections(3, 50);
        Ejections.Target target = add(ejections, 4).get(0);
        fails(target, 3);
        wait(BASE.minusNanos(1));
        assertThat(target.left()).isEqualTo(Duration.ofNanos(1));
        assertThat(ejections.readmitDue()).isEmpty();
        wait(Duration.ofNanos(1));
        assertThat(ejections.readmitDue()).containsExactly(target);
        assertThat(ejections.readmitDue()).isEmpty();
        assertThat(target.isEjected()).isFalse();
        assertThat(target.left()).isZero();
        assertThat(fails(target, 2)).as("with as many chances as before").isFalse();
    }

    /** A server that was restarted. */
    @Test
    void anIdReadmitsATargetThatCouldNotBeConnectedTo() {
        Ejections.Target target = add(ejections(1, 50), 4).get(0);
        assertThat(target.failed(CONNECTING)).isTrue();
        assertThat(target.succeeded(USE)).as("a stream from before").isFalse();
        assertThat(target.isEjected()).isTrue();
        assertThat(target.succeeded(CONNECTING)).isTrue();
        assertThat(target.isEjected()).isFalse();
        assertThat(target.succeeded(CONNECTING)).isFalse();
    }

    @Test
    void anIdDoesNotReadmitATargetThatFailedInUseOrWasEjectedByHand() {
        List<Ejections.Target> all = add(ejections(1, 50), 4);
        all.get(0).failed(USE);
        all.get(1).eject();
        for (Ejections.Target each : all.subList(0, 2)) {
            assertThat(each.succeeded(CONNECTING)).isFalse();
            assertThat(each.isEjected()).isTrue();
        }
    }

    private Duration nextEjection(Ejections ejections, Ejections.Target target) {
        assertThat(fails(target, 3)).isTrue();
        Duration time = target.left();
        wait(time);
        assertThat(ejections.readmitDue()).containsExactly(target);
        return time;
    }

    @Test
    void eachTimeLastsLongerUpToFiveMinutes() {
        Ejections ejections = ejections(3, 50);
        Ejections.Target target = add(ejections, 4).get(0);
        for (int i = 1; i <= 10; i++) {
            assertThat(nextEjection(ejections, target)).isEqualTo(BASE.multipliedBy(i));
        }
        assertThat(nextEjection(ejections, target)).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void aBaseTimeWithoutEjectionForgetsOne() {
        Ejections ejections = ejections(3, 50);
        Ejections.Target target = add(ejections, 4).get(0);
        for (int i = 0; i < 4; i++) {
            nextEjection(ejections, target);
        }
        wait(BASE.multipliedBy(2));
        assertThat(nextEjection(ejections, target)).isEqualTo(BASE.multipliedBy(3));
        wait(Duration.ofDays(100));
        assertThat(nextEjection(ejections, target)).isEqualTo(BASE);
    }

    @Test
    void aLongBaseTimeIsNotShortened() {
        Ejections ejections = new Ejections(1, Duration.ofHours(1), 50, () -> now);
        Ejections.Target target = add(ejections, 2).get(0);
        assertThat(target.failed(USE)).isTrue();
        assertThat(target.left()).isEqualTo(Duration.ofHours(1));
    }

    @ParameterizedTest(name = "{1} % of {0} are {2}")
    @CsvSource({"1,50,0", "2,50,1", "3,10,1", "3,50,1", "4,50,2", "10,30,3", "10,39,3", "3,100,2", "64,0,1"})
    void noMoreThanAShareIsEjected(int targets, int percent, int most) {
        List<Ejections.Target> all = add(ejections(1, percent), targets);
        all.forEach(target -> target.failed(USE));
        assertThat(all.stream().filter(Ejections.Target::isEjected)).hasSize(most);
    }

    @Test
    void whatFailedWhileTheShareWasUsedUpIsEjectedAtItsNextFailure() {
        Ejections ejections = ejections(3, 50);
        List<Ejections.Target> all = add(ejections, 2);
        fails(all.get(0), 3);
        assertThat(fails(all.get(1), 5)).isFalse();
        wait(BASE);
        ejections.readmitDue();
        assertThat(all.get(1).failed(USE)).isTrue();
    }

    @Test
    void aTargetThatIsRemovedLeavesItsPlaceInTheShare() {
        Ejections ejections = ejections(1, 50);
        List<Ejections.Target> all = add(ejections, 3);
        all.get(0).failed(USE);
        all.get(0).remove();
        assertThat(all.get(0).isEjected()).isFalse();
        assertThat(all.get(0).failed(USE)).isFalse();
        assertThat(all.get(0).eject()).isFalse();
        wait(BASE);
        assertThat(ejections.readmitDue()).isEmpty();
        assertThat(all.get(1).failed(USE)).isTrue();
        assertThat(all.get(2).failed(USE)).as("it is the last one").isFalse();
    }

    @Test
    void byHandAlsoWhenItIsOff() {
        Ejections ejections = ejections(0, 50);
        List<Ejections.Target> all = add(ejections, 2);
        assertThat(fails(all.get(0), 100)).isFalse();
        all.forEach(target -> assertThat(target.eject()).isTrue());
        assertThat(all).allMatch(Ejections.Target::isEjected);
        assertThat(all.get(0).eject()).isFalse();
        assertThat(all.get(0).readmit()).isTrue();
        assertThat(all.get(0).readmit()).isFalse();
        wait(BASE);
        assertThat(ejections.readmitDue()).containsExactly(all.get(1));
    }
}
