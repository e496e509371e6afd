package io.quicpool.it.peer;

import io.quicpool.PoolSnapshot;
import io.quicpool.PoolTotals;
import io.quicpool.config.Endpoint;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The snapshot and the process as one line of JSON. */
final class Stats {

    private Stats() {}

    static String json(PoolSnapshot pool, int held) {
        PoolTotals totals = pool.totals();
        return object(List.of(
                field("name", text(pool.name())),
                field("state", text(pool.state().name())),
                field("ready", pool.ready()),
                field("link", text(pool.link())),
                field(
                        "peers",
                        pool.peers().stream()
                                .map(peer -> text(Endpoint.text(peer.remote())))
                                .collect(Collectors.joining(",", "[", "]"))),
                field("idle", pool.idle()),
                field("opening", pool.opening()),
                field("taken", pool.taken()),
                field("waiting", pool.waiting()),
                field("capacity", pool.capacity()),
                field("intervalMillis", pool.interval().toMillis()),
                field("errors", pool.errors()),
                field("lastError", text(pool.lastError())),
                field("opened", totals.opened()),
                field("failed", totals.failed()),
                field("handedOut", totals.handedOut()),
                field("timeouts", totals.timeouts()),
                field("connects", totals.connects()),
                field("lost", totals.lost()),
                field("evicted", counts(totals.evicted())),
                field("refused", counts(totals.refused())),
                field("waitMeanMicros", micros(totals.waitMean())),
                field("waitMaxMicros", micros(totals.waitMax())),
                field("openMeanMicros", micros(totals.openMean())),
                field("openMaxMicros", micros(totals.openMax())),
                field("held", held),
                field("threads", ManagementFactory.getThreadMXBean().getThreadCount()),
                field("usedHeap", usedHeap()),
                field("processCpuMillis", processCpu())));
    }

    private static long usedHeap() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** In milliseconds; -1 where the system does not report it. */
    static long processCpu() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(Duration::toMillis)
                .orElse(-1L);
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }

    private static String counts(Map<String, Long> counts) {
        return object(counts.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> field(entry.getKey(), entry.getValue()))
                .toList());
    }

    private static String object(List<String> fields) {
        return "{" + String.join(",", fields) + "}";
    }

    private static String field(String name, Object value) {
        return text(name) + ":" + value;
    }

    private static String text(@Nullable String value) {
        if (value == null) {
            return "null";
        }
        StringBuilder quoted = new StringBuilder("\"");
        value.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", c));
            } else {
                quoted.append((char) c);
            }
        });
        return quoted.append('"').toString();
    }
}
