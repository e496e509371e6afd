package io.quicpool.it.faults;

import java.util.SplittableRandom;

/**
 * What happens to one datagram. Seed, direction and number alone decide it. So a run can be repeated as far as the
 * peers send the same.
 *
 * @param copies how many arrive: 0, 1 or 2
 * @param delayNanos after how long
 * @param turned which bit is flipped, as a fraction of the length from 0 to 1; negative for none
 */
record Fate(int copies, long delayNanos, double turned) {

    enum Direction {
        /** From the client to the server. */
        UP(0),
        /** From the server to the client. */
        DOWN(1);

        private final int parity;

        Direction(int parity) {
            this.parity = parity;
        }
    }

    static Fate of(long seed, Direction direction, long number, Faults faults) {
        // The golden ratio spreads neighbouring numbers, as SplittableRandom itself does.
        SplittableRandom random =
                new SplittableRandom(seed ^ (2 * number + direction.parity + 1) * 0x9E3779B97F4A7C15L);
        // Always draws every number, so that a change of one fault does not change the others.
        boolean lost = random.nextDouble() < faults.loss();
        boolean doubled = random.nextDouble() < faults.duplication();
        boolean damaged = random.nextDouble() < faults.corruption();
        boolean heldBack = random.nextDouble() < faults.reordering();
        double jitter = random.nextDouble();
        double where = random.nextDouble();
        long delay = faults.delay().toNanos()
                + (long) (jitter * faults.jitter().toNanos())
                + (heldBack ? Faults.HELD_BACK.toNanos() : 0);
        return new Fate(lost ? 0 : doubled ? 2 : 1, delay, damaged ? where : -1);
    }

    /** Flips the bit. */
    void damage(byte[] datagram) {
        if (turned >= 0 && datagram.length > 0) {
            int bit = (int) (turned * datagram.length * Byte.SIZE);
            datagram[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        }
    }
}
