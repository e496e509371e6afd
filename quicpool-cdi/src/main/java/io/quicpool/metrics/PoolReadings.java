package io.quicpool.metrics;

import io.quicpool.PoolSnapshot;
import io.quicpool.StreamPool;
import io.quicpool.config.ClientPoolConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the values of one pool and its members, which come and go. Thread-safe. */
final class PoolReadings {

    /** How many targets of a pool have a value of their own. The others share {@link #OTHER_TARGETS}. */
    static final int MAX_TARGETS = 32;

    static final String OTHER_TARGETS = "other";

    private static final List<Metric> READ = Metric.read();

    private final StreamPool pool;
    // The pools that have streams: the members of a pool with several targets, else the pool itself.
    // Guarded by itself.
    private final Map<StreamPool, String> targets = new LinkedHashMap<>();

    PoolReadings(StreamPool pool) {
        this.pool = pool;
        targets.put(pool, target(pool));
    }

    /** A member has come. Returns the value of its target. */
    String add(StreamPool member) {
        synchronized (targets) {
            targets.remove(pool);
            String target = targets.size() < MAX_TARGETS ? target(member) : OTHER_TARGETS;
            targets.put(member, target);
            return target;
        }
    }

    /** A member is closed. */
    void remove(StreamPool member) {
        synchronized (targets) {
            targets.remove(member);
        }
    }

    private static String target(StreamPool pool) {
        return pool.config() instanceof ClientPoolConfig client
                        && client.targets().size() == 1
                ? client.targets().get(0).toString()
                : "";
    }

    StreamPool pool() {
        return pool;
    }

    /** The target of each pool that has streams; empty for a server pool, and where a resolver decides. */
    Map<StreamPool, String> targets() {
        synchronized (targets) {
            return new LinkedHashMap<>(targets);
        }
    }

    /** All values now, with one snapshot of each pool. */
    Map<Series, Long> now() {
        Map<Series, Long> values = new LinkedHashMap<>();
        add(values, Metric.Scope.POOL, pool, "");
        targets().forEach((each, target) -> add(values, Metric.Scope.TARGET, each, target));
        return values;
    }

    private static void add(Map<Series, Long> values, Metric.Scope scope, StreamPool pool, String target) {
        PoolSnapshot now = pool.snapshot();
        for (Metric metric : READ) {
            if (metric.scope() == scope) {
                metric.of(pool, now)
                        .forEach((value, count) ->
                                values.merge(Series.of(metric, pool, target, value), count, Long::sum));
            }
        }
    }
}
