package io.quicpool.it.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.jmx.ClientPoolMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import javax.management.JMX;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** What an OTLP receiver and a Prometheus see of the pools of packaged applications, beside what JMX says. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MetricsIT {

    private static final OtlpReceiver RECEIVER = new OtlpReceiver();
    private static final Quarkus PEER = new Quarkus();
    private static final String TARGET = "localhost:" + PEER.prices;
    private static final Quarkus QUARKUS = new Quarkus().asking(PEER);
    private static final Liberty LIBERTY = new Liberty().asking(PEER);

    @BeforeAll
    static void start() throws Exception {
        QUARKUS.set("quarkus.otel.sdk.disabled", "false")
                .set("quarkus.otel.exporter.otlp.endpoint", RECEIVER.url())
                .set("quarkus.otel.exporter.otlp.protocol", "http/protobuf")
                .set("quarkus.otel.traces.exporter", "none")
                .set("quarkus.otel.metric.export.interval", "1s");
        LIBERTY.set("otel.sdk.disabled", "false")
                .set("otel.service.name", "stock")
                .set("otel.exporter.otlp.endpoint", RECEIVER.url())
                .set("otel.exporter.otlp.protocol", "http/protobuf")
                .set("otel.traces.exporter", "none")
                .set("otel.logs.exporter", "none")
                .set("otel.metric.export.interval", "1000");
        withTelemetry(LIBERTY);
        Container.start(PEER, QUARKUS, LIBERTY);
        QUARKUS.awaitReadiness(200);
        LIBERTY.awaitReadiness(200);
    }

    // As docs/metrics.md says.
    private static void withTelemetry(Liberty liberty) throws Exception {
        String xml = Files.readString(Liberty.SERVER_XML)
                .replace("</featureManager>", "  <feature>mpTelemetry-2.0</feature>\n  </featureManager>")
                .replace("contextRoot=\"/\"/>", """
                        contextRoot="/">
                            <classloader apiTypeVisibility="+third-party"/>
                          </webApplication>""");
        assertThat(xml).contains("mpTelemetry-2.0", "+third-party");
        Path server = liberty.server();
        Files.createDirectories(server);
        Files.writeString(server.resolve("server.xml"), xml);
    }

    @AfterAll
    static void stop() {
        QUARKUS.close();
        LIBERTY.close();
        PEER.close();
        RECEIVER.close();
    }

    @Test
    @Order(1)
    void anOtlpReceiverSeesWhatJmxSays() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(QUARKUS.get("/prices/apple").statusCode()).isEqualTo(200);
            assertThat(LIBERTY.get("/stock/apple").statusCode()).isEqualTo(200);
        }
        agree(QUARKUS, "stock", "prices");
        agree(LIBERTY, "prices", "stock");
    }

    private static void agree(Container container, String pool, String application) throws Exception {
        try (JMXConnector jmx = container.jmx()) {
            ClientPoolMXBean bean = bean(jmx, pool, application);
            await().untilAsserted(() ->
                    assertThat(RECEIVER.last(application).values()).containsAllEntriesOf(ofJmx(bean, TARGET)));
            assertThat(bean.getHandedOut()).isEqualTo(3);
            assertThat(bean.getTaken()).isZero();
        }
        assertThat(RECEIVER.last(application).values())
                .containsEntry("quicpool.ready{kind=server,pool=" + application + "}", 1.0);
        Results.shown(container, "metrics at an OTLP receiver, as in JMX");
    }

    private static ClientPoolMXBean bean(JMXConnector jmx, String pool, String application) throws Exception {
        ObjectName name =
                new ObjectName("io.quicpool:type=ClientPool,name=\"" + pool + "\",application=\"" + application + "\"");
        return JMX.newMXBeanProxy(jmx.getMBeanServerConnection(), name, ClientPoolMXBean.class);
    }

    private static Map<String, Double> ofJmx(ClientPoolMXBean bean, String target) {
        String of = "{kind=client,pool=" + bean.getName();
        String end = ",target=" + target + "}";
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("quicpool.ready" + of + "}", bean.isReady() ? 1.0 : 0.0);
        values.put("quicpool.stream.count" + of + ",state=idle" + end, (double) bean.getIdle());
        values.put("quicpool.stream.count" + of + ",state=used" + end, (double) bean.getTaken());
        values.put("quicpool.stream.capacity" + of + end, (double) bean.getCapacity());
        values.put("quicpool.stream.idle.min" + of + end, (double) bean.getMinCapacity());
        values.put("quicpool.stream.takes" + of + end, (double) bean.getHandedOut());
        values.put("quicpool.stream.create_time" + of + end, (double) bean.getOpened());
        values.put("quicpool.stream.use_time" + of.replace(",pool", ",outcome=closed,pool") + end, (double)
                bean.getHandedOut());
        values.put("quicpool.stream.timeouts" + of + "}", (double) bean.getTimeouts());
        values.put("quicpool.connection.connects" + of + end, (double) bean.getConnects());
        values.put("quicpool.connection.count" + of + end, (double)
                bean.getConnections().size());
        return values;
    }

    /** Needs Prometheus. */
    @Test
    @Order(2)
    void aPrometheusSeesWhatJmxSaysAndThatThePeerIsKilled() throws Exception {
        try (Prometheus prometheus = new Prometheus(QUARKUS);
                JMXConnector jmx = QUARKUS.jmx()) {
            ClientPoolMXBean bean = bean(jmx, "stock", "prices");
            await().untilAsserted(() -> ofJmx(bean, TARGET)
                    .forEach((name, value) -> assertThat(prometheus.value(inPrometheus(name)))
                            .as(name)
                            .isEqualTo(OptionalDouble.of(value))));
            assertThat(prometheus.value("count(quicpool_refusals_total{kind=\"server\",pool=\"prices\"})"))
                    .hasValue(bean.getRefused().size());

            PEER.program().kill();
            await().until(() -> !bean.isReady());
            // The registry may have read its values a tenth of a second before.
            double notReady = System.currentTimeMillis() / 1e3 + 0.1;
            String ready = "quicpool_ready{kind=\"client\",pool=\"stock\"}";
            await().until(() -> prometheus.value("timestamp(" + ready + ")").orElse(0) > notReady);
            assertThat(prometheus.value(ready)).hasValue(0);
            assertThat(prometheus.value("sum(quicpool_target_count{state=\"down\",pool=\"stock\"})"))
                    .hasValue(1);
            assertThat(prometheus.value("sum(quicpool_stream_count{state=\"idle\",pool=\"stock\"})"))
                    .hasValue(0);
            Results.shown(QUARKUS, "metrics in Prometheus, as in JMX");
        }
    }

    private static String inPrometheus(String name) {
        int brace = name.indexOf('{');
        String metric = name.substring(0, brace).replace('.', '_');
        String selector = name.substring(brace).replaceAll("=([^,}]*)", "=\"$1\"");
        boolean counter = metric.matches(".*_(takes|timeouts|connects)");
        return metric + (metric.endsWith("_time") ? "_seconds_count" : counter ? "_total" : "") + selector;
    }

    @Test
    @Order(3)
    void anOtlpReceiverSeesThatThePeerIsKilled() throws Exception {
        PEER.program().kill();
        seesThatThePeerIsKilled(QUARKUS, "stock", "prices");
        seesThatThePeerIsKilled(LIBERTY, "prices", "stock");
    }

    private static void seesThatThePeerIsKilled(Container container, String pool, String application) throws Exception {
        try (JMXConnector jmx = container.jmx()) {
            ClientPoolMXBean bean = bean(jmx, pool, application);
            await().until(() -> !bean.isReady());
        }
        // The next may have been read before.
        int before = RECEIVER.last(application).number();
        await().atMost(Duration.ofMinutes(1))
                .until(() -> RECEIVER.last(application).number() >= before + 2);
        String of = "{kind=client,pool=" + pool;
        assertThat(RECEIVER.last(application).values())
                .containsEntry("quicpool.ready" + of + "}", 0.0)
                .containsEntry("quicpool.target.count" + of + ",state=down,target=" + TARGET + "}", 1.0)
                .containsEntry("quicpool.stream.count" + of + ",state=idle,target=" + TARGET + "}", 0.0);
    }
}
