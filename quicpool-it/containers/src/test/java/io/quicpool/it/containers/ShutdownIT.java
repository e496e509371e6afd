package io.quicpool.it.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.jmx.StreamPoolMXBean;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.JMX;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import org.junit.jupiter.api.Test;

/**
 * SIGTERM comes while fifty requests are in progress, in the container that asks and in the one that answers. All are
 * answered, and the process ends in time.
 */
class ShutdownIT {

    private static final int REQUESTS = 50;
    /** As long as Kubernetes waits. */
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private static final int MAX_TRIES = 10;
    /** Exit code of a JVM that ends by the signal, or 0. */
    private static final List<Integer> ENDED = List.of(143, 0);

    /** Helidon and Quarkus ask Liberty. */
    @Test
    void whileLibertyTakesItsTime() throws Exception {
        try (Liberty liberty = draining(new Liberty());
                Quarkus quarkus = draining(new Quarkus()).asking(liberty)) {
            liberty.set("stock.delay", "PT4S");
            Container.start(liberty, quarkus);
            quarkus.awaitReadiness(200);
            if (Helidon.canRun()) {
                try (Helidon helidon = draining(new Helidon()).asking(quarkus, liberty)) {
                    helidon.start();
                    helidon.awaitReadiness(200);
                    end(helidon, "ClientPool", "stock", "shop", helidon, "/shop/apple", Answers.SHOP);
                }
            }
            end(quarkus, "ClientPool", "stock", "prices", quarkus, "/prices/apple", Answers.PRICES);
            quarkus.start();
            quarkus.awaitReadiness(200);
            end(liberty, "ServerPool", "stock", "stock", quarkus, "/prices/apple", Answers.PRICES);
        }
    }

    /** Liberty asks Quarkus. */
    @Test
    void whileQuarkusTakesItsTime() throws Exception {
        try (Quarkus quarkus = draining(new Quarkus());
                Liberty liberty = draining(new Liberty()).asking(quarkus)) {
            quarkus.set("prices.delay", "PT4S");
            Container.start(liberty, quarkus);
            liberty.awaitReadiness(200);
            end(quarkus, "ServerPool", "prices", "prices", liberty, "/stock/apple", Answers.STOCK);
            quarkus.start();
            liberty.awaitReadiness(200);
            end(liberty, "ClientPool", "prices", "stock", liberty, "/stock/apple", Answers.STOCK);
        }
    }

    // Almost as long as the deadline: a busy machine takes more than the four seconds.
    private static <C extends Container> C draining(C container) {
        container.set("quicpool.server.drain-timeout", "25s").set("quicpool.client.drain-timeout", "25s");
        return container;
    }

    private static void end(
            Container ending, String type, String pool, String application, Container asked, String path, String answer)
            throws Exception {
        List<CompletableFuture<HttpResponse<String>>> answers;
        long terminated;
        try (JMXConnector jmx = ending.jmx()) {
            StreamPoolMXBean bean = JMX.newMXBeanProxy(
                    jmx.getMBeanServerConnection(),
                    new ObjectName(
                            "io.quicpool:type=" + type + ",name=\"" + pool + "\",application=\"" + application + "\""),
                    StreamPoolMXBean.class);
            answers = underWay(bean, asked, path);
            terminated = System.nanoTime();
            ending.program().terminate();
        }
        int status = ending.program().awaitEnd();
        Duration took = Duration.ofNanos(System.nanoTime() - terminated);
        int answered = 0;
        List<String> others = new ArrayList<>();
        Pattern expected = Pattern.compile(answer);
        for (CompletableFuture<HttpResponse<String>> each : answers) {
            try {
                HttpResponse<String> response = each.get(60, TimeUnit.SECONDS);
                if (response.statusCode() == 200
                        && expected.matcher(response.body()).matches()) {
                    answered++;
                } else {
                    others.add(response.statusCode() + " " + response.body());
                }
            } catch (ExecutionException e) {
                others.add(String.valueOf(e.getCause()));
            }
        }
        Results.say(
                ending,
                "SIGTERM with " + REQUESTS + " requests under way in " + type + ": " + answered
                        + " answered, ended after " + took.toMillis() + " ms with " + status);
        assertThat(others).isEmpty();
        assertThat(answered).isEqualTo(REQUESTS);
        assertThat(took).isLessThan(DEADLINE);
        assertThat(status).isIn(ENDED);
        Results.shown(ending, "SIGTERM with 50 requests under way");
    }

    /** Requests that are all under way at the same time. On a busy machine the first may be answered before the last is there. */
    private static List<CompletableFuture<HttpResponse<String>>> underWay(
            StreamPoolMXBean bean, Container asked, String path) {
        for (int tries = 0; tries < MAX_TRIES; tries++) {
            List<CompletableFuture<HttpResponse<String>>> answers =
                    Stream.generate(() -> asked.getAsync(path)).limit(REQUESTS).toList();
            await().pollInterval(Duration.ofMillis(5))
                    .until(() -> bean.getTaken() == REQUESTS || answers.stream().anyMatch(CompletableFuture::isDone));
            if (answers.stream().noneMatch(CompletableFuture::isDone)) {
                return answers;
            }
            answers.forEach(CompletableFuture::join);
        }
        throw new AssertionError("never " + REQUESTS + " requests at the same time");
    }
}
