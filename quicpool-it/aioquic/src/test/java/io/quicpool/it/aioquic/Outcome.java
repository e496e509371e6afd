package io.quicpool.it.aioquic;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.it.aioquic.Caller.Trips;
import io.quicpool.it.aioquic.Victim.Status;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The result of one attack.
 *
 * @param quiet the honest client's round trips right before
 * @param trips those during the attack, until some began after it
 * @param others the round trips of callers that nobody attacked: if these are longer too, the machine was slow
 * @param heap how many bytes more than before the first attack
 * @param said what the attacker saw
 * @param log what the victim logged during the attack
 * @param seconds how long that took
 */
record Outcome(
        Trips quiet,
        Trips trips,
        Trips others,
        Status before,
        Status after,
        long heap,
        String said,
        String log,
        double seconds) {

    private static final double MAX_TRIP_MILLIS = 500;
    static final long MAX_HEAP = 16 << 20;
    private static final double MAX_LINES_A_SECOND = 100;
    // Control and format characters and line separators, but no line ends.
    private static final Pattern UNSAFE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}&&[^\\n\\t]]");

    /** Whether a round trip took too long, for which the attack may be the reason, or a busy machine. */
    boolean isSlow() {
        return trips.worstMillis() >= longestTripMillis();
    }

    private double longestTripMillis() {
        return longestTripMillis(quiet.worstMillis(), others.worstMillis());
    }

    /** How long the slowest round trip may take, given the slowest ones of callers that nobody attacked. */
    static double longestTripMillis(double before, double others) {
        return Math.max(MAX_TRIP_MILLIS, 3 * Math.max(before, others));
    }

    Map<String, Long> refused() {
        Map<String, Long> more = new TreeMap<>(after.refused());
        before.refused().forEach((reason, count) -> more.merge(reason, -count, Long::sum));
        more.values().removeIf(count -> count == 0);
        return more;
    }

    void assertHarmless() {
        assertThat(trips.failures()).as("honest requests that failed").isEmpty();
        assertThat(trips.worstMillis())
                .as("worst round trip in ms, beside %.1f of others: %s", others.worstMillis(), row())
                .isLessThan(longestTripMillis());
        assertThat(heap).as("bytes of heap").isLessThan(MAX_HEAP);
        assertThat(after.served()).as("who was served").doesNotContainKeys("127.0.0.2", "127.0.0.9");
        assertSafe(log + after.lastError(), seconds);
    }

    /** The log is printable and not too long. */
    static void assertSafe(String log, double seconds) {
        assertThat(UNSAFE.matcher(log).find())
                .as("text that is not safe in the log: %s", log)
                .isFalse();
        assertThat(log).as("stack traces").doesNotContain("\tat ");
        assertThat((double) log.lines().count())
                .as("lines of log: %s", log)
                .isLessThan(MAX_LINES_A_SECOND * Math.max(1, seconds));
    }

    /** As the table of docs/figures.md. */
    String row() {
        return String.format(
                Locale.ROOT,
                "%.1f, %.1f ms | %.1f, %.1f ms | %d ms | %+.1f MB | %+.1f MB | %s | %s",
                quiet.medianMillis(),
                quiet.worstMillis(),
                trips.medianMillis(),
                trips.worstMillis(),
                after.cpuMillis() - before.cpuMillis(),
                heap / 1e6,
                (after.resident() - before.resident()) / 1e6,
                said.replace('|', '/'),
                counted());
    }

    private String counted() {
        String all = refused().toString();
        return all.substring(1, all.length() - 1).replace('=', ' ');
    }
}
