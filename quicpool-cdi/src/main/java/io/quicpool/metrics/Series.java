package io.quicpool.metrics;

import static io.quicpool.metrics.Metric.KIND_ATTRIBUTE;
import static io.quicpool.metrics.Metric.POOL_ATTRIBUTE;
import static io.quicpool.metrics.Metric.TARGET_ATTRIBUTE;

import io.quicpool.ClientPool;
import io.quicpool.StreamPool;
import io.quicpool.config.PoolKind;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One series of values: a metric with the values of its attributes.
 *
 * @param target empty where there is none
 * @param value of the attribute that only this metric has; empty where there is none
 */
record Series(Metric metric, PoolKind kind, String pool, String target, String value) {

    static Series of(Metric metric, StreamPool pool, String target, String value) {
        return new Series(
                metric,
                pool instanceof ClientPool ? PoolKind.CLIENT : PoolKind.SERVER,
                pool.config().name(),
                metric.scope() == Metric.Scope.TARGET ? target : "",
                value);
    }

    /** The attributes: all series of a metric have the same names, though a value may be empty. */
    Map<String, String> attributes() {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put(POOL_ATTRIBUTE, pool);
        attributes.put(KIND_ATTRIBUTE, kind.text());
        if (metric.scope() == Metric.Scope.TARGET) {
            attributes.put(TARGET_ATTRIBUTE, target);
        }
        if (!metric.attribute().isEmpty()) {
            attributes.put(metric.attribute(), value);
        }
        return attributes;
    }
}
