package io.quicpool.cdi;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.testing.Pools;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The readiness check, in a real container with real pools. */
class HealthTest {

    @TempDir
    Path folder;

    private final Pools pools = new Pools();
    private int port;

    @BeforeEach
    void peer() {
        port = pools.server(s -> s.name("peer")).localAddress().getPort();
    }

    @AfterEach
    void close() {
        pools.close();
    }

    private Map<String, String> orders(String grace) {
        Map<String, String> properties = new HashMap<>(App.client("orders", "127.0.0.1:" + port));
        properties.put("quicpool.client.\"orders\".readiness.grace", grace);
        return properties;
    }

    private static HealthCheckResponse call(App app) {
        return app.container()
                .select(HealthCheck.class, Readiness.Literal.INSTANCE)
                .get()
                .call();
    }

    private static Status status(App app) {
        return call(app).getStatus();
    }

    private static String data(App app, String pool) {
        return String.valueOf(call(app).getData().orElseThrow().get(pool));
    }

    private static void awaitStatus(App app, Status wanted) {
        await().pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> assertThat(call(app).getStatus()).isEqualTo(wanted));
    }

    @ApplicationScoped
    static class Early {
        static final AtomicReference<HealthCheckResponse> SEEN = new AtomicReference<>();

        void start(@Observes @Priority(-1) Startup event, @Any Instance<HealthCheck> checks) {
            SEEN.set(checks.select(Readiness.Literal.INSTANCE).get().call());
        }
    }

    @Test
    void isDownUntilThePoolsAreOpenAndThenShowsTheirStates() {
        Map<String, String> properties = orders("5s");
        properties.putAll(App.server("ingress", folder));
        try (App app = App.start(properties, Early.class)) {
            HealthCheckResponse early = Early.SEEN.get();
            assertThat(early.getName()).isEqualTo("quicpool");
            assertThat(early.getStatus()).isEqualTo(Status.DOWN);
            assertThat(early.getData()).contains(Map.of("state", "not started"));
            awaitStatus(app, Status.UP);
            awaitIdle(app.get(PoolRegistry.class).client("orders"), 8);
            assertThat(call(app).getData().orElseThrow()).containsOnlyKeys("client.orders", "server.ingress");
            assertThat(data(app, "client.orders"))
                    .isEqualTo("ready, RUNNING, connection up, idle 8, capacity 8, peer 127.0.0.1:" + port);
            assertThat(data(app, "server.ingress"))
                    .isEqualTo("ready, RUNNING, listening, idle 0, capacity 1024, no peer");
        }
    }

    @Test
    void isThereOnceWhereTheJarIsScanned() {
        try (App app = App.scanned(orders("5s"))) {
            assertThat(app.container().select(HealthCheck.class, Readiness.Literal.INSTANCE).stream()
                            .map(HealthCheck::call)
                            .map(HealthCheckResponse::getName))
                    .containsExactly("quicpool");
        }
    }

    @Test
    void neverTakesAStreamAndThereIsNoLivenessCheck() {
        try (App app = App.start(orders("5s"))) {
            ClientPool orders = app.get(PoolRegistry.class).client("orders");
            awaitIdle(orders, 8);
            for (int i = 0; i < 1000; i++) {
                assertThat(status(app)).isEqualTo(Status.UP);
            }
            assertThat(orders.snapshot().totals().handedOut()).isZero();
            assertThat(orders.snapshot().totals().opened()).isEqualTo(8);
            assertThat(app.container()
                            .select(HealthCheck.class, Liveness.Literal.INSTANCE)
                            .isUnsatisfied())
                    .isTrue();
        }
    }

    @Test
    void isDownAfterTheGracePeriodWhileThePeerIsLost() throws Exception {
        ServerPool peer = pools.server(s -> s.name("one that goes"));
        port = peer.localAddress().getPort();
        try (App app = App.start(orders("4s"))) {
            awaitStatus(app, Status.UP);
            long start = System.nanoTime();
            // It may take longer to close than the client takes to learn of it.
            Thread closing = new Thread(peer::close);
            closing.start();
            await().until(() -> !app.get(PoolRegistry.class).client("orders").ready());
            assertThat(status(app)).isEqualTo(Status.UP);
            assertThat(data(app, "client.orders"))
                    .startsWith("not ready, within its grace period, RUNNING, connection ");
            awaitStatus(app, Status.DOWN);
            long down = System.nanoTime();
            assertThat(data(app, "client.orders"))
                    .startsWith("not ready, RUNNING, connection ")
                    .contains(", no peer");
            assertThat(Duration.ofNanos(down - start)).isGreaterThan(Duration.ofSeconds(4));
            closing.join();
            pools.server(s -> s.name("one that is back"), "127.0.0.1:" + port);
            long back = System.nanoTime();
            awaitStatus(app, Status.UP);
            System.out.println("grace period 4 s: DOWN " + (down - start) / 1_000_000 + " ms after the peer went, UP "
                    + (System.nanoTime() - back) / 1_000_000 + " ms after it was back");
        }
    }

    @Test
    void aPoolThatNeverWasReadyHasNoGracePeriod() {
        port = 9; // nobody listens there
        try (App app = App.start(orders("1h"))) {
            assertThat(status(app)).isEqualTo(Status.DOWN);
            await().untilAsserted(() -> assertThat(data(app, "client.orders")).contains("last error: "));
            assertThat(status(app)).isEqualTo(Status.DOWN);
        }
    }

    @Test
    void aPoolThatDoesNotCountIsShownAndChangesNothing() {
        Map<String, String> properties = orders("0s");
        properties.putAll(App.client("audit", "127.0.0.1:9"));
        properties.put("quicpool.client.\"audit\".readiness.enabled", "false");
        try (App app = App.start(properties)) {
            awaitStatus(app, Status.UP);
            assertThat(data(app, "client.audit")).startsWith("not ready (does not count), RUNNING, connection ");
        }
    }

    @Test
    void exhaustedIsNotDownAndSuspendedIs() throws Exception {
        Map<String, String> properties = orders("0s");
        properties.put("quicpool.client.\"orders\".min-capacity", "1");
        properties.put("quicpool.client.\"orders\".max-capacity", "1");
        try (App app = App.start(properties)) {
            ClientPool orders = app.get(PoolRegistry.class).client("orders");
            awaitIdle(orders, 1);
            assertThat(status(app)).isEqualTo(Status.UP);
            try (PooledStream only = orders.take(SOON)) {
                assertThat(only.id()).isNotNull();
                assertThat(status(app)).isEqualTo(Status.UP);
            }
            orders.suspend();
            assertThat(status(app)).isEqualTo(Status.DOWN);
            assertThat(data(app, "client.orders")).startsWith("not ready, SUSPENDED, ");
            orders.resume();
            assertThat(status(app)).isEqualTo(Status.UP);
        }
    }

    @Test
    void showsThatThePeerIsNotChecked() {
        Map<String, String> properties = Map.of(
                "quicpool.client.\"orders\".target", "127.0.0.1:" + port, "quicpool.client.\"orders\".tls-mode", "0");
        try (App app = App.start(properties)) {
            awaitStatus(app, Status.UP);
            assertThat(data(app, "client.orders")).endsWith(", INSECURE: the server's certificate is not checked");
        }
    }

    @Test
    void severalTargetsAreUpWhileOneIs() {
        ServerPool other = pools.server(s -> s.name("other"));
        Map<String, String> properties = App.client(
                "orders",
                "127.0.0.1:" + port + ", 127.0.0.1:" + other.localAddress().getPort());
        properties.put("quicpool.client.\"orders\".readiness.grace", "0s");
        try (App app = App.start(properties)) {
            await().untilAsserted(
                            () -> assertThat(data(app, "client.orders")).contains("connections 2 of 2 up", "2 peers "));
            other.close();
            await().untilAsserted(() -> assertThat(data(app, "client.orders")).contains("connections 1 of 2 up"));
            assertThat(status(app)).isEqualTo(Status.UP);
            pools.close();
            awaitStatus(app, Status.DOWN);
        }
    }
}
