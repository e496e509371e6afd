package io.quicpool.metrics;

import static io.quicpool.metrics.Metric.Instrument.COUNTER;
import static io.quicpool.metrics.Metric.Instrument.HISTOGRAM;
import static io.quicpool.metrics.Metric.Instrument.UP_DOWN_COUNTER;
import static io.quicpool.metrics.Metric.Scope.POOL;
import static io.quicpool.metrics.Metric.Scope.TARGET;

import io.quicpool.ClientPool;
import io.quicpool.PoolSnapshot;
import io.quicpool.PoolState;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import io.quicpool.config.PoolOptions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The catalogue: every metric of a pool. The bindings register what is here. docs/metrics.md, the dashboard and the alert rules are
 * tested against it.
 *
 * <p>Names, units and buckets follow the semantic conventions of OpenTelemetry for the connection pools of databases
 * ({@code db.client.connection.*}), with streams in the place of connections.
 */
@SuppressWarnings("ImmutableEnumChecker") // the readings have no state
enum Metric {
    READY(
            "quicpool.ready",
            UP_DOWN_COUNTER,
            "{pool}",
            POOL,
            "",
            "1 while the pool can do its work, otherwise 0",
            (pool, now) -> one(now.ready() ? 1 : 0)),
    STREAM_COUNT(
            "quicpool.stream.count",
            UP_DOWN_COUNTER,
            "{stream}",
            TARGET,
            "state",
            "Streams that are `idle`, in use (`used`) or being opened (`opening`)",
            (pool, now) ->
                    Map.of("idle", (long) now.idle(), "used", (long) now.taken(), "opening", (long) now.opening())),
    STREAM_CAPACITY(
            "quicpool.stream.capacity",
            UP_DOWN_COUNTER,
            "{stream}",
            TARGET,
            "",
            "How many idle streams the pool aims for now (client) or may hold (server)",
            (pool, now) -> one(now.capacity())),
    STREAM_IDLE_MIN(
            "quicpool.stream.idle.min",
            UP_DOWN_COUNTER,
            "{stream}",
            TARGET,
            "",
            "Minimum number of idle streams to aim for, `min-capacity` (client)",
            (pool, now) -> pool instanceof ClientPool client
                    ? one(client.capacityBounds().min())
                    : Map.of()),
    STREAM_IDLE_MAX(
            "quicpool.stream.idle.max",
            UP_DOWN_COUNTER,
            "{stream}",
            TARGET,
            "",
            "Maximum number of idle streams, `max-capacity`",
            (pool, now) -> one(
                    pool instanceof ClientPool client ? client.capacityBounds().max() : now.capacity())),
    STREAM_MAX(
            "quicpool.stream.max",
            UP_DOWN_COUNTER,
            "{stream}",
            TARGET,
            "",
            "Maximum number of streams in use, `max-in-use` (client); absent without a limit",
            (pool, now) -> maxInUse(pool.config().find(PoolOptions.MAX_IN_USE))),
    STREAM_PENDING_REQUESTS(
            "quicpool.stream.pending_requests",
            UP_DOWN_COUNTER,
            "{request}",
            POOL,
            "",
            "Callers that wait for a stream now",
            (pool, now) -> one(now.waiting())),
    STREAM_TIMEOUTS(
            "quicpool.stream.timeouts",
            COUNTER,
            "{timeout}",
            POOL,
            "",
            "Callers that timed out",
            (pool, now) -> one(now.totals().timeouts())),
    STREAM_TAKES(
            "quicpool.stream.takes",
            COUNTER,
            "{stream}",
            TARGET,
            "",
            "Streams that were taken",
            (pool, now) -> one(now.totals().handedOut())),
    STREAM_CREATE_FAILURES(
            "quicpool.stream.create_failures",
            COUNTER,
            "{stream}",
            TARGET,
            "",
            "Streams that could not be opened or got no id",
            (pool, now) -> one(now.totals().failed())),
    STREAM_EVICTIONS(
            "quicpool.stream.evictions",
            COUNTER,
            "{stream}",
            TARGET,
            "reason",
            "Idle streams that were evicted",
            (pool, now) -> now.totals().evicted()),
    STREAM_CREATE_TIME(
            "quicpool.stream.create_time",
            HISTOGRAM,
            "s",
            TARGET,
            "",
            "The time from opening a stream to its id; on a server, from its first packet"),
    STREAM_WAIT_TIME(
            "quicpool.stream.wait_time",
            HISTOGRAM,
            "s",
            POOL,
            "outcome",
            "How long callers waited for a stream, without those that found an idle one"),
    STREAM_USE_TIME(
            "quicpool.stream.use_time", HISTOGRAM, "s", TARGET, "outcome", "The time from taking a stream to its end"),
    STREAM_LEAKS(
            "quicpool.stream.leaks",
            COUNTER,
            "{stream}",
            TARGET,
            "",
            "Streams that were not closed: in use for longer than `leak-detection-threshold`, or garbage and then reset by the pool",
            (pool, now) -> one(now.totals().leaked())),
    REQUEST_DURATION(
            "quicpool.request.duration",
            HISTOGRAM,
            "s",
            POOL,
            "outcome",
            "The time from asking to the answer, repetitions included (client), or from the whole request to the written answer (server)"),
    REFUSALS(
            "quicpool.refusals",
            COUNTER,
            "{refusal}",
            POOL,
            "reason",
            "Streams, connections, datagrams and callers that were refused",
            (pool, now) -> now.totals().refused()),
    CONNECTION_COUNT(
            "quicpool.connection.count",
            UP_DOWN_COUNTER,
            "{connection}",
            TARGET,
            "",
            "Connections that are up",
            (pool, now) -> one(now.peers().size())),
    CONNECTION_CONNECTS(
            "quicpool.connection.connects",
            COUNTER,
            "{connection}",
            TARGET,
            "",
            "Connections that were made",
            (pool, now) -> one(now.totals().connects())),
    CONNECTION_LOSSES(
            "quicpool.connection.losses",
            COUNTER,
            "{connection}",
            TARGET,
            "",
            "Connections that were lost",
            (pool, now) -> one(now.totals().lost())),
    TARGET_COUNT(
            "quicpool.target.count",
            UP_DOWN_COUNTER,
            "{target}",
            TARGET,
            "state",
            "Targets that are `up` or `down` (client)",
            (pool, now) -> pool instanceof ClientPool ? target(now) : Map.of()),
    HANDLER_COUNT(
            "quicpool.handler.count",
            UP_DOWN_COUNTER,
            "{stream}",
            POOL,
            "state",
            "Streams whose handler is `running`, or that are `waiting` for one (server)",
            (pool, now) -> pool instanceof ServerPool server ? handlers(server) : Map.of());

    /** The kinds of instruments, as the conventions name them. */
    enum Instrument {
        /** Only grows while the pool is open. */
        COUNTER("Counter"),
        /** A value now. The sum over several pools means something too. */
        UP_DOWN_COUNTER("UpDownCounter"),
        HISTOGRAM("Histogram");

        private final String text;

        Instrument(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** What a value is of. */
    enum Scope {
        /** The whole pool. */
        POOL,
        /** One target of a client pool, or the whole server pool. */
        TARGET
    }

    /** Where the values of a metric come from, by the values of its {@link #attribute}. */
    private interface Reading {
        Map<String, Long> of(StreamPool pool, PoolSnapshot now);
    }

    /** The name of the pool. */
    static final String POOL_ATTRIBUTE = "pool";

    /** {@code client} or {@code server}. */
    static final String KIND_ATTRIBUTE = "kind";

    /** Only metrics of {@link Scope#TARGET} have it. Server pools have no value for it. */
    static final String TARGET_ATTRIBUTE = "target";

    /** In seconds. The conventions name these for the operations of databases, and none for pools. */
    static final List<Double> BUCKETS = List.of(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0);

    private final String text;
    private final Instrument instrument;
    private final String unit;
    private final Scope scope;
    private final String attribute;
    private final String description;
    private final @Nullable Reading reading;

    /** A histogram. Observers record its values. */
    Metric(String text, Instrument instrument, String unit, Scope scope, String attribute, String description) {
        this(text, instrument, unit, scope, attribute, description, null);
    }

    Metric(
            String text,
            Instrument instrument,
            String unit,
            Scope scope,
            String attribute,
            String description,
            @Nullable Reading reading) {
        this.text = text;
        this.instrument = instrument;
        this.unit = unit;
        this.scope = scope;
        this.attribute = attribute;
        this.description = description;
        this.reading = reading;
    }

    private static Map<String, Long> one(long value) {
        return Map.of("", value);
    }

    private static Map<String, Long> maxInUse(@Nullable Integer max) {
        return max == null || max == 0 ? Map.of() : one(max);
    }

    // A suspended pool is not ready, but its connection stays.
    private static Map<String, Long> target(PoolSnapshot now) {
        boolean up = now.ready()
                || (now.state() == PoolState.SUSPENDED && !now.peers().isEmpty());
        return Map.of("up", up ? 1L : 0L, "down", up ? 0L : 1L);
    }

    private static Map<String, Long> handlers(ServerPool pool) {
        return Map.of("running", (long) pool.handlersRunning(), "waiting", (long) pool.handlersWaiting());
    }

    /** The metrics whose values are read from a pool: all but the histograms. */
    static List<Metric> read() {
        return Stream.of(values()).filter(metric -> metric.reading != null).toList();
    }

    /**
     * The values of a pool.
     *
     * @return by the values of the attribute; the key is empty when the metric has none. Empty when the pool has no such value
     */
    Map<String, Long> of(StreamPool pool, PoolSnapshot now) {
        return reading == null ? Map.of() : reading.of(pool, now);
    }

    /** How an outcome is written: as the reasons of {@link io.quicpool.PoolSnapshot}. */
    static String outcome(Enum<?> end) {
        return end.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The name in OpenTelemetry and Micrometer. */
    String text() {
        return text;
    }

    Instrument instrument() {
        return instrument;
    }

    String unit() {
        return unit;
    }

    Scope scope() {
        return scope;
    }

    /** The name of the attribute that only this metric has; empty when there is none. */
    String attribute() {
        return attribute;
    }

    String description() {
        return description;
    }
}
