package io.quicpool.it.peer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Collects durations of several threads. */
final class Figures {

    private final List<long[]> parts = new ArrayList<>();

    synchronized void add(long[] nanos) {
        parts.add(nanos);
    }

    synchronized int count() {
        return parts.stream().mapToInt(part -> part.length).sum();
    }

    /** Median, 99th percentile and maximum in microseconds. */
    synchronized String text() {
        long[] all = parts.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return "p50=" + micros(all, 0.5) + " p99=" + micros(all, 0.99) + " max=" + micros(all, 1);
    }

    private static String micros(long[] sorted, double part) {
        if (sorted.length == 0) {
            return "0";
        }
        return decimal(sorted[(int) Math.min(sorted.length - 1, (long) (part * sorted.length))] / 1000.0);
    }

    static String decimal(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
