package io.quicpool.settings;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Finds the most similar word. */
final class Suggestions {

    private Suggestions() {}

    /** The word with the fewest different letters; null when no word is similar. */
    static @Nullable String of(String text, Collection<String> words) {
        String nearest = null;
        int least = Math.max(2, text.length() / 3) + 1;
        for (String word : words) {
            int distance = distance(text, word);
            if (distance < least) {
                least = distance;
                nearest = word;
            }
        }
        return nearest;
    }

    // Levenshtein, row by row.
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
