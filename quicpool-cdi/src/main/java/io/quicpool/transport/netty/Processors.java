package io.quicpool.transport.netty;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Whether an event loop may wait awake ({@link BusyPoll}). Where all threads share one processor that only keeps the others from it; and in
 * a container that may use less than two processors' time it uses up what the container has, which then stands still until the next period.
 */
final class Processors {

    /** {@code true} or {@code false}: what to do whatever is found out here. */
    static final String SWITCH = "io.quicpool.netty.busyPoll";

    private static final Path CONTROL_GROUP = Path.of("/sys/fs/cgroup");

    private static final int ENOUGH = 2;

    private Processors() {}

    static boolean mayWaitAwake() {
        return mayWaitAwake(
                System.getProperty(SWITCH), Runtime.getRuntime().availableProcessors(), quota(CONTROL_GROUP));
    }

    static boolean mayWaitAwake(@Nullable String wanted, int processors, double quota) {
        return wanted == null ? Math.min(processors, quota) >= ENOUGH : Boolean.parseBoolean(wanted);
    }

    /**
     * How many processors' time a control group of Linux may use, of version 2 or 1; infinite without a limit, and where nothing is known.
     * The JDK rounds it up, to whole processors.
     */
    static double quota(Path group) {
        String[] version2 = words(group.resolve("cpu.max"));
        if (version2.length == 2) {
            return share(version2[0], version2[1]);
        }
        String[] quota = words(group.resolve("cpu/cpu.cfs_quota_us"));
        String[] period = words(group.resolve("cpu/cpu.cfs_period_us"));
        return quota.length == 1 && period.length == 1 ? share(quota[0], period[0]) : Double.POSITIVE_INFINITY;
    }

    private static double share(String quota, String period) {
        try {
            double share = Double.parseDouble(quota) / Double.parseDouble(period);
            return share > 0 ? share : Double.POSITIVE_INFINITY;
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
