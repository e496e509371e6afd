package io.quicpool.it.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.jmx.StreamPoolMXBean;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.management.JMX;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import org.junit.jupiter.api.Test;

/** Fifty requests are under way when SIGTERM comes: all are answered, and the process ends in time. */
class ShutdownIT {

    private static final int REQUESTS = 50;
    private static final Duration DEADLINE = Duration.ofSeconds(15);

    @Test
    void ofQuarkusThatAnswers() throws Exception {
        try (Quarkus quarkus = new Quarkus();
                Liberty liberty = new Liberty().asking(quarkus)) {
            quarkus.set("prices.delay", "PT4S");
            quarkus.start();
            liberty.start();
            liberty.awaitReadiness(200);
            end(quarkus, "ServerPool", "prices", "prices", () -> liberty.getAsync("/stock/apple"));
        }
    }

    @Test
    void ofLibertyThatAnswers() throws Exception {
        try (Liberty liberty = new Liberty();
                Quarkus quarkus = new Quarkus().asking(liberty)) {
            liberty.set("stock.delay", "PT4S");
            liberty.start();
            quarkus.start();
            quarkus.awaitReadiness(200);
            end(liberty, "ServerPool", "stock", "stock", () -> quarkus.getAsync("/prices/apple"));
        }
    }

    @Test
    void ofQuarkusThatAsks() throws Exception {
        try (Liberty liberty = new Liberty();
                Quarkus quarkus = new Quarkus().asking(liberty)) {
            liberty.set("stock.delay", "PT4S");
            liberty.start();
            quarkus.start();
            quarkus.awaitReadiness(200);
            end(quarkus, "ClientPool", "stock", "prices", () -> quarkus.getAsync("/prices/apple"));
        }
    }

    @Test
    void ofLibertyThatAsks() throws Exception {
        try (Quarkus quarkus = new Quarkus();
                Liberty liberty = new Liberty().asking(quarkus)) {
            quarkus.set("prices.delay", "PT4S");
            quarkus.start();
            liberty.start();
            liberty.awaitReadiness(200);
            end(liberty, "ClientPool", "prices", "stock", () -> liberty.getAsync("/stock/apple"));
        }
    }

    @Test
    void ofHelidonThatAsks() throws Exception {
        try (Liberty liberty = new Liberty();
                Quarkus quarkus = new Quarkus();
                Helidon helidon = new Helidon().asking(quarkus, liberty)) {
            liberty.set("stock.delay", "PT4S");
            liberty.start();
            quarkus.start();
            helidon.start();
            helidon.awaitReadiness(200);
            end(helidon, "ClientPool", "stock", "shop", () -> helidon.getAsync("/shop/apple"));
        }
    }

    private static void end(
            Container ending,
            String type,
            String pool,
            String application,
            Supplier<CompletableFuture<HttpResponse<String>>> ask)
            throws Exception {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        long terminated;
        try (JMXConnector jmx = ending.jmx()) {
            StreamPoolMXBean bean = JMX.newMXBeanProxy(
                    jmx.getMBeanServerConnection(),
                    new ObjectName(
                            "io.quicpool:type=" + type + ",name=\"" + pool + "\",application=\"" + application + "\""),
                    StreamPoolMXBean.class);
            for (int i = 0; i < REQUESTS; i++) {
                answers.add(ask.get());
            }
            await().pollInterval(Duration.ofMillis(5)).until(() -> bean.getTaken() == REQUESTS);
            assertThat(answers).noneMatch(CompletableFuture::isDone);
            terminated = System.nanoTime();
            ending.program().terminate();
        }
        int status = ending.program().awaitEnd();
        Duration took = Duration.ofNanos(System.nanoTime() - terminated);
        int answered = 0;
        List<String> others = new ArrayList<>();
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            try {
                HttpResponse<String> response = answer.get(30, TimeUnit.SECONDS);
                if (response.statusCode() == 200) {
                    answered++;
                } else {
                    others.add(response.statusCode() + " " + response.body());
                }
            } catch (java.util.concurrent.ExecutionException e) {
                others.add(String.valueOf(e.getCause()));
            }
        }
        Results.say(
                ending,
                "SIGTERM with " + REQUESTS + " requests under way in " + type + ": " + answered
                        + " answered, ended after " + took.toMillis() + " ms with " + status);
        assertThat(others).isEmpty();
        assertThat(took).isLessThan(DEADLINE);
        Results.shown(ending, "SIGTERM with 50 requests under way");
    }
}
