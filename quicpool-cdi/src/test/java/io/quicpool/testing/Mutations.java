package io.quicpool.testing;

import java.util.Random;

/** Texts that are nearly right, for parsers. */
public final class Mutations {

    private Mutations() {}

    /** The sample with some letters added, replaced or removed, fewer than the given number. */
    public static String of(String sample, String alphabet, int changes, Random random) {
        StringBuilder text = new StringBuilder(sample);
        for (int change = random.nextInt(changes); change > 0; change--) {
            int at = random.nextInt(text.length() + 1);
            int next = Math.min(at + 1, text.length());
            char other = alphabet.charAt(random.nextInt(alphabet.length()));
            switch (random.nextInt(3)) {
                case 0 -> text.insert(at, other);
                case 1 -> text.replace(at, next, String.valueOf(other));
                default -> text.delete(at, next);
            }
        }
        return text.toString();
    }
}
