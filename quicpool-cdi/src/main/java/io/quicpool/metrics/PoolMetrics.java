package io.quicpool.metrics;

import io.quicpool.ClientPool;
import io.quicpool.PoolObserver;
import io.quicpool.RequestObserver;
import io.quicpool.StreamPool;
import io.quicpool.config.PoolLabel;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Registers the metrics of each pool before it starts, and removes them when it is closed. A subclass knows a library. Thread-safe. */
abstract class PoolMetrics implements PoolObserver {

    private static final System.Logger LOG = System.getLogger("io.quicpool");

    // Labels of the open pools. A second pool of a name would mix its values with those of the first.
    private final Set<String> labels = ConcurrentHashMap.newKeySet();
    // By label. A pool with several targets is told before its members, which come later.
    private final Map<String, Registered> registered = new ConcurrentHashMap<>();

    private record Registered(PoolReadings readings, Registration registration) {}

    PoolMetrics() {}

    /** What is registered of one pool. */
    interface Registration {

        /** Where the times of a histogram are recorded. Repeated calls have the same effect as one. */
        Times times(Series series);

        /** There are other targets now. */
        default void changed() {}

        /** Removes what is registered. */
        void remove();
    }

    /** The times of one series. */
    interface Times {
        void record(long nanos);
    }

    abstract Registration register(PoolReadings readings);

    @Override
    public final @Nullable PoolObserver forPool(StreamPool pool) {
        if (isMember(pool)) {
            Registered group =
                    registered.get(PoolLabel.client(pool.config().name()).toString());
            return group == null ? null : member(group, pool);
        }
        String label = label(pool);
        if (!labels.add(label)) {
            LOG.log(Level.WARNING, "{0}: no metrics, another open pool has this name", label);
            return null;
        }
        try {
            return register(pool, label);
        } catch (RuntimeException | Error e) {
            labels.remove(label);
            throw e;
        }
    }

    private static boolean isMember(StreamPool pool) {
        return !pool.name().equals(pool.config().name());
    }

    private static String label(StreamPool pool) {
        return (pool instanceof ClientPool ? PoolLabel.client(pool.name()) : PoolLabel.server(pool.name())).toString();
    }

    private PoolObserver register(StreamPool pool, String label) {
        PoolReadings readings = new PoolReadings(pool);
        Registration registration = register(readings);
        registered.put(label, new Registered(readings, registration));
        return new Recorder(registration, pool, readings.targets().getOrDefault(pool, "")) {
            @Override
            public void closed() {
                registered.remove(label);
                registration.remove();
                labels.remove(label);
            }
        };
    }

    private static PoolObserver member(Registered group, StreamPool member) {
        String target = group.readings.add(member);
        group.registration.changed();
        return new Recorder(group.registration, member, target) {
            @Override
            public void closed() {
                group.readings.remove(member);
                group.registration.changed();
            }
        };
    }

    /** Records the times of one pool or member. */
    private static class Recorder implements PoolObserver {

        private final Registration registration;
        private final StreamPool pool;
        private final String target;
        // By outcome, or by metric where there is none. Each is made when it is needed.
        private final Map<Enum<?>, Times> times = new ConcurrentHashMap<>();
        private final RequestObserver requests = new RequestObserver() {
            @Override
            public void ended(long nanos, End end) {
                times(end, Metric.REQUEST_DURATION).record(nanos);
            }
        };

        Recorder(Registration registration, StreamPool pool, String target) {
            this.registration = registration;
            this.pool = pool;
            this.target = target;
        }

        @Override
        public void opened(long nanos) {
            times(Metric.STREAM_CREATE_TIME, Metric.STREAM_CREATE_TIME).record(nanos);
        }

        @Override
        public void waited(long nanos, WaitEnd end) {
            times(end, Metric.STREAM_WAIT_TIME).record(nanos);
        }

        @Override
        public void used(long nanos, UseEnd end) {
            times(end, Metric.STREAM_USE_TIME).record(nanos);
        }

        @Override
        public RequestObserver requested() {
            return requests;
        }

        private Times times(Enum<?> key, Metric metric) {
            Times found = times.get(key);
            if (found == null) {
                found = registration.times(Series.of(metric, pool, target, key == metric ? "" : Metric.outcome(key)));
                times.put(key, found);
            }
            return found;
        }
    }
}
