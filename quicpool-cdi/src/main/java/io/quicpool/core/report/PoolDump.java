package io.quicpool.core.report;

import io.quicpool.ClientPool;
import io.quicpool.PoolSnapshot;
import io.quicpool.PoolTotals;
import io.quicpool.RecentTimes;
import io.quicpool.StreamPool;
import io.quicpool.config.Durations;
import io.quicpool.config.PoolLabel;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** The text of {@link StreamPool#dump}. Each part is bounded, and so is the whole. */
public final class PoolDump {

    /** As {@link StreamPool#dump} promises. */
    static final int MAX_LENGTH = 64 * 1024;

    private static final int MAX_SETTINGS = 8 * 1024;
    private static final int MAX_CONNECTIONS = 64;
    private static final int MAX_MEMBERS = 16;

    private final StringBuilder text = new StringBuilder();

    private PoolDump() {}

    /** The text of one pool. */
    public static String of(StreamPool pool, PoolLabel label, List<String> refusals) {
        PoolDump dump = new PoolDump();
        dump.line(label + " at " + Instant.now().truncatedTo(ChronoUnit.MILLIS));
        dump.add(pool, refusals);
        if (pool instanceof ClientPool client) {
            dump.addMembers(client.members());
        }
        return cut(dump.text.toString(), MAX_LENGTH);
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length - 4) + "...\n";
    }

    private void add(StreamPool pool, List<String> refusals) {
        PoolSnapshot now = pool.snapshot();
        line("settings: " + cut(pool.config().toString(), MAX_SETTINGS).strip());
        line("now: " + now.summary() + ", " + (now.ready() ? "ready" : "not ready") + bounds(pool));
        line("connections: " + now.peers().size());
        now.peers().stream().limit(MAX_CONNECTIONS).forEach(peer -> line("  " + peer));
        addTotals(now.totals());
        line("waits in the last minute: " + text(pool.recentWaits()));
        line("opens in the last minute: " + text(pool.recentOpens()));
        line("uses in the last minute: " + text(pool.recentUses()));
        line("last refusals: " + (refusals.isEmpty() ? "none" : refusals.size()));
        refusals.forEach(refusal -> line("  " + refusal));
    }

    private static String bounds(StreamPool pool) {
        if (pool instanceof ClientPool client) {
            return ", capacity from " + client.capacityBounds().min() + " to "
                    + client.capacityBounds().max() + ", interval " + Durations.text(client.interval()) + " from "
                    + Durations.text(client.intervalBounds().min()) + " to "
                    + Durations.text(client.intervalBounds().max());
        }
        return "";
    }

    private void addTotals(PoolTotals totals) {
        line("since the start: opened " + totals.opened() + ", failed " + totals.failed() + ", taken "
                + totals.handedOut() + ", timeouts " + totals.timeouts() + ", connects " + totals.connects() + ", lost "
                + totals.lost() + ", leaked " + totals.leaked());
        line("evicted: " + counted(totals.evicted()));
        line("refused: " + counted(totals.refused()));
        line("wait: mean " + millis(totals.waitMean()) + ", max " + millis(totals.waitMax()) + "; open: mean "
                + millis(totals.openMean()) + ", max " + millis(totals.openMax()));
    }

    private static String counted(Map<String, Long> counts) {
        Map<String, Long> some = new TreeMap<>(counts);
        some.values().removeIf(count -> count == 0);
        return some.isEmpty() ? "none" : some.toString();
    }

    private static String text(RecentTimes times) {
        return times.count() + ", median " + millis(times.p50()) + ", p99 " + millis(times.p99()) + ", max "
                + millis(times.max());
    }

    private static String millis(Duration duration) {
        return TimeUnit.NANOSECONDS.toMicros(duration.toNanos()) / 1000.0 + " ms";
    }

    private void addMembers(List<ClientPool> members) {
        for (ClientPool member : members.subList(0, Math.min(members.size(), MAX_MEMBERS))) {
            line("");
            line("member " + member.name());
            add(member, List.of());
        }
        if (members.size() > MAX_MEMBERS) {
            line("... and " + (members.size() - MAX_MEMBERS) + " members more");
        }
    }
}
