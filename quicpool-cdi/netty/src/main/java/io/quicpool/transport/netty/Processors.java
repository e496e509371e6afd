package io.quicpool.transport.netty;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether event loops may poll busily ({@link BusyPoll}). On a single processor that only slows other threads. In a container with
 * a quota below two processors it uses the quota up, and the container is throttled until the next period.
 */
final class Processors {

    /** The system property that decides, {@code true} or {@code false}, whatever is detected. */
    static final String SWITCH = "io.quicpool.netty.busyPoll";

    private static final Path CONTROL_GROUP = Path.of("/sys/fs/cgroup");

    private static final int MIN_PROCESSORS = 2;

    private Processors() {}

    static boolean mayBusyPoll() {
        return mayBusyPoll(
                System.getProperty(SWITCH), Runtime.getRuntime().availableProcessors(), quota(CONTROL_GROUP));
    }

    static boolean mayBusyPoll(@Nullable String wanted, int processors, double quota) {
        return wanted == null ? Math.min(processors, quota) >= MIN_PROCESSORS : Boolean.parseBoolean(wanted);
    }

    /**
     * The processor quota of a Linux control group, version 2 or 1, in processors. Infinite where there is no limit or none can be read.
     * The JDK would round it up to whole processors.
     */
    static double quota(Path group) {
        String[] version2 = words(group.resolve("cpu.max"));
        if (version2.length == 2) {
            return ratio(version2[0], version2[1]);
        }
        String[] quota = words(group.resolve("cpu/cpu.cfs_quota_us"));
        String[] period = words(group.resolve("cpu/cpu.cfs_period_us"));
        return quota.length == 1 && period.length == 1 ? ratio(quota[0], period[0]) : Double.POSITIVE_INFINITY;
    }

    private static double ratio(String quota, String period) {
        try {
            double ratio = Double.parseDouble(quota) / Double.parseDouble(period);
            return ratio > 0 ? ratio : Double.POSITIVE_INFINITY;
        } catch (NumberFormatException unlimited) {
            return Double.POSITIVE_INFINITY;
        }
    }

    private static String[] words(Path file) {
        try {
            return Files.readString(file).strip().split("\\s+");
        } catch (IOException | RuntimeException none) {
            return new String[0];
        }
    }
}
