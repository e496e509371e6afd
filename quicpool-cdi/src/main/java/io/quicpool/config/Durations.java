package io.quicpool.config;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 500ms}, {@code 5s}, {@code 2m}, {@code 1h}, or ISO-8601. */
public final class Durations {

    private static final Pattern SIMPLE = Pattern.compile("(\\d{1,12})(ms|s|m|h)");
    // Twelve digits of the smallest unit, as SIMPLE allows: each text that is written can be read.
    private static final Duration MAX_SIMPLE = Duration.ofMillis(999_999_999_999L);

    private Durations() {}

    /**
     * Reads a duration.
     *
     * @param property the setting that the text is from, for the message
     * @param text such as {@code 500ms}, {@code 5s}, {@code 2m}, {@code 1h} or {@code PT5S}, in any case
     * @throws ConfigException when the text has another form
     */
    public static Duration parse(String property, String text) {
        Matcher simple = SIMPLE.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (simple.matches()) {
            long amount = Long.parseLong(simple.group(1));
            return switch (simple.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                default -> Duration.ofHours(amount);
            };
        }
        try {
            return Duration.parse(text.strip());
        } catch (DateTimeException e) {
            throw new ConfigException(
                    property, text, "must be a duration such as 500ms, 5s, 2m, 1h or PT5S (ISO-8601)", e);
        }
    }

    /**
     * Writes a duration.
     *
     * @return in whole hours, minutes, seconds or milliseconds if it is at most 30 years, otherwise ISO-8601; {@link #parse} reads both
     */
    public static String text(Duration duration) {
        if (duration.isNegative() || duration.compareTo(MAX_SIMPLE) > 0) {
            return duration.toString();
        }
        long millis = duration.toMillis();
        if (!duration.equals(Duration.ofMillis(millis))) {
            return duration.toString(); // a rounded value just out of range would look like the bound
        }
        if (millis % 3_600_000 == 0 && millis != 0) {
            return millis / 3_600_000 + "h";
        }
        if (millis % 60_000 == 0 && millis != 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }
}
