package io.quicpool.metrics;

import java.util.List;

/** How metrics are called in Prometheus, whichever way they came there. */
final class PrometheusNames {

    private PrometheusNames() {}

    /** The names of the samples. */
    static List<String> of(Metric metric) {
        String name = metric.text().replace('.', '_');
        return switch (metric.instrument()) {
            case COUNTER -> List.of(name + "_total");
            case UP_DOWN_COUNTER -> List.of(name);
            case HISTOGRAM -> List.of(name + "_seconds_bucket", name + "_seconds_count", name + "_seconds_sum");
        };
    }
}
