package io.quicpool.metrics;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.quicpool.ClientPool;
import io.quicpool.PoolTimeoutException;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.config.PoolOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The binding for Micrometer, in a registry for Prometheus. */
class MicrometerMetricsTest extends PoolMetricsContract {

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    // Each reading is a second after the one before.
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE);

    @Override
    PoolMetrics metrics() {
        return new MicrometerMetrics(registry, () -> clock.addAndGet(TimeUnit.SECONDS.toNanos(1)));
    }

    @Override
    Map<String, Double> values() {
        return meters(meter -> meter instanceof Timer timer
                ? Double.valueOf((double) timer.count())
                : meter instanceof Gauge gauge
                        ? Double.valueOf(gauge.value())
                        : Double.valueOf(((FunctionCounter) meter).count()));
    }

    @Override
    Map<String, Double> sums() {
        return meters(meter -> meter instanceof Timer timer ? timer.totalTime(TimeUnit.SECONDS) : null);
    }

    private Map<String, Double> meters(Function<Meter, @Nullable Double> value) {
        Map<String, Double> values = new TreeMap<>();
        for (Meter meter : registry.getMeters()) {
            Map<String, String> tags = new HashMap<>();
            for (Tag tag : meter.getId().getTags()) {
                tags.put(tag.getKey(), tag.getValue());
            }
            Double read = value.apply(meter);
            if (read != null) {
                values.put(name(meter.getId().getName(), tags), read);
            }
        }
        return values;
    }

    @Test
    void prometheusSeesTheNamesOfThePage() throws Exception {
        pools.observedBy(metrics());
        ServerPool server = pools.server(s -> s.name("ingress"));
        ClientPool client = pools.client(server, c -> c.name("orders").option(PoolOptions.MAX_IN_USE, 9));
        awaitIdle(client, 8);
        PooledStream used = client.take(SOON);
        used.close();
        assertThatThrownBy(() -> client.take(used.id(), Duration.ofMillis(1))).isInstanceOf(PoolTimeoutException.class);
        server.answer(request -> CompletableFuture.completedFuture(request.bytes()));
        client.requestBlocking(new byte[1], SOON);
        String scraped = registry.scrape();
        for (Metric metric : Metric.values()) {
            for (String name : PrometheusNames.of(metric)) {
                assertThat(scraped).containsPattern("(?m)^" + name + "\\{");
            }
        }
        assertThat(scraped)
                .contains("quicpool_stream_count{kind=\"server\",pool=\"ingress\",state=\"idle\",target=\"\"}")
                .contains("quicpool_stream_create_time_seconds_bucket{kind=\"client\",pool=\"orders\"")
                .contains(",le=\"0.005\"}");
    }

    @Test
    void oneScrapeReadsAPoolOnce() {
        pools.observedBy(new MicrometerMetrics(registry, () -> 0));
        ServerPool server = pools.server(s -> s.name("ingress"));
        ClientPool client = pools.client(server, c -> c.name("orders").capacity(2, 2));
        awaitIdle(client, 2);
        String idle = "quicpool.stream.count{kind=client,pool=orders,state=idle,target=127.0.0.1:"
                + server.localAddress().getPort() + "}";
        assertThat(values()).as("read when the pool was opened").containsEntry(idle, 0.0);
    }
}
