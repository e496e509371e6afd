package io.quicpool.it.faults;

import java.time.Duration;

/**
 * What a network does to the datagrams of one direction. Chances are from 0 to 1.
 *
 * @param loss the chance that a datagram is lost
 * @param duplication the chance that it comes twice
 * @param corruption the chance that one bit of it is flipped
 * @param reordering the chance that it is held back for {@link #HELD_BACK} longer than others
 * @param delay how long each takes
 * @param jitter up to how much longer some are
 * @param bytesPerSecond the rate; 0 for no limit. A datagram that would wait for longer than {@link #MAX_QUEUE_TIME} is
 *     lost
 */
public record Faults(
        double loss,
        double duplication,
        double corruption,
        double reordering,
        Duration delay,
        Duration jitter,
        long bytesPerSecond) {

    /** How much later a datagram comes that is overtaken. */
    public static final Duration HELD_BACK = Duration.ofMillis(10);

    /** How long the queue in front of a slow line is. */
    public static final Duration MAX_QUEUE_TIME = Duration.ofMillis(250);

    /** A good network. */
    public static final Faults NONE = new Faults(0, 0, 0, 0, Duration.ZERO, Duration.ZERO, 0);

    /** Nothing passes. */
    public static final Faults BLACK_HOLE = NONE.losing(1);

    /** Checks the chances. */
    public Faults {
        for (double chance : new double[] {loss, duplication, corruption, reordering}) {
            if (!(chance >= 0 && chance <= 1)) {
                throw new IllegalArgumentException("chance = " + chance + ": must be from 0 to 1");
            }
        }
    }

    public Faults losing(double chance) {
        return new Faults(chance, duplication, corruption, reordering, delay, jitter, bytesPerSecond);
    }

    public Faults doubling(double chance) {
        return new Faults(loss, chance, corruption, reordering, delay, jitter, bytesPerSecond);
    }

    public Faults damaging(double chance) {
        return new Faults(loss, duplication, chance, reordering, delay, jitter, bytesPerSecond);
    }

    public Faults reordering(double chance) {
        return new Faults(loss, duplication, corruption, chance, delay, jitter, bytesPerSecond);
    }

    public Faults delaying(Duration time, Duration upToLonger) {
        return new Faults(loss, duplication, corruption, reordering, time, upToLonger, bytesPerSecond);
    }

    public Faults limitedTo(long bytesASecond) {
        return new Faults(loss, duplication, corruption, reordering, delay, jitter, bytesASecond);
    }
}
