package io.quicpool.cdi;

import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.PoolStartException;
import io.quicpool.PoolState;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import io.quicpool.settings.SettingsException;
import io.quicpool.testing.LogOf;
import io.quicpool.testing.Pools;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.lang.management.ManagementFactory;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Level;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The start of an application: events, roll-back, nothing left behind. */
class LifecycleTest {

    @TempDir
    Path folder;

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    private static Set<ObjectName> mbeans() {
        try {
            return ManagementFactory.getPlatformMBeanServer().queryNames(new ObjectName("io.quicpool:*"), null);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aMistypedVariableIsLoggedAtTheStart() {
        String variable = "QUICPOOL_CLIENT__A__MAX_CAPCITY";
        try (LogOf log = new LogOf("io.quicpool", Level.WARNING);
                App app = App.start(Map.of("quicpool.client.\"a\".target", "localhost:1", variable, "100"))) {
            assertThat(app.get(PoolRegistry.class).pools()).hasSize(1);
            assertThat(log.lines(variable + ": is ignored")).hasSize(1);
        }
    }

    @ApplicationScoped
    static class Listening {
        static final Queue<String> TOLD = new ConcurrentLinkedQueue<>();

        void ready(@Observes PoolEvent.Ready event) {
            TOLD.add("ready " + event.pool().name());
        }

        void lost(@Observes PoolEvent.PeerLost event) {
            TOLD.add("lost " + event.pool().name());
            assertThat(event.reason()).isNotBlank();
        }

        void recovered(@Observes PoolEvent.Recovered event) {
            TOLD.add("recovered " + event.pool().name());
        }
    }

    @Test
    void eventsAreFired() {
        Listening.TOLD.clear();
        ServerPool peer = pools.server(s -> s.name("peer"));
        int port = peer.localAddress().getPort();
        Map<String, String> properties = new HashMap<>(App.client("orders", "127.0.0.1:" + port));
        properties.putAll(App.server("ingress", folder));
        try (App app = App.start(properties, Listening.class)) {
            await().untilAsserted(() ->
                    assertThat(Listening.TOLD).containsExactlyInAnyOrder("ready orders", "ready ingress"));
            peer.close();
            pools.server(s -> s.name("peer"), "127.0.0.1:" + port);
            await().untilAsserted(
                            () -> assertThat(Listening.TOLD).containsSubsequence("lost orders", "recovered orders"));
            assertThat(app.get(PoolRegistry.class).client("orders").ready()).isTrue();
        }
    }

    @Test
    void whatAnEngineCannotDoIsReportedWithAllOtherProblems() {
        Map<String, String> properties = new HashMap<>(App.server("ingress", folder));
        properties.putAll(App.client("orders", "localhost:1"));
        String server = "quicpool.server.\"ingress\".";
        String client = "quicpool.client.\"orders\".";
        properties.put(server + "transport", "kwik");
        properties.put(server + "client-auth", "need");
        properties.put(server + "trust-certificates", properties.get(server + "certificate"));
        properties.put(server + "congestion-control", "bbr");
        properties.put(server + "max-connections", "0");
        properties.put(client + "transport", "kwik");
        properties.put(client + "congestion-control", "reno");
        assertThatThrownBy(() -> App.start(properties))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("quicpool cannot start: 4 problems in its configuration")
                .hasMessageContaining(server + "client-auth = need (from ")
                .hasMessageContaining("must be none with transport = kwik")
                .hasMessageContaining(server + "congestion-control = bbr (from ")
                .hasMessageContaining(server + "max-connections = 0 (from ")
                .hasMessageContaining(client + "congestion-control = reno (from ");
    }

    @Test
    void whenOnePoolCannotStartNothingIsLeft() throws Exception {
        ServerPool peer = pools.server(s -> s.name("peer"));
        Set<String> before = App.threads();
        try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Map<String, String> properties = new HashMap<>(
                    App.client("orders", "127.0.0.1:" + peer.localAddress().getPort()));
            properties.putAll(App.server("first", folder));
            properties.putAll(App.server("second", folder));
            properties.put("quicpool.server.\"second\".listen", "127.0.0.1:" + taken.getLocalPort());
            assertThatThrownBy(() -> App.start(properties))
                    .isInstanceOf(PoolStartException.class)
                    .hasMessageContaining("server second: cannot listen on 127.0.0.1:" + taken.getLocalPort());
        }
        await().untilAsserted(() -> assertThat(App.threads()).isSubsetOf(before));
        assertThat(mbeans()).isEmpty();
    }

    @ApplicationScoped
    static class Curious {
        @Inject
        @QuicPool("first")
        ServerPool first;

        void ready(@Observes PoolEvent.Ready event) {
            assertThat(first.name()).isEqualTo("first");
        }
    }

    /** An observer that asks for a pool meanwhile does not start it again. */
    @Test
    void aStartThatFailsIsNotRepeated() throws Exception {
        try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                LogOf log = new LogOf("io.quicpool", Level.INFO)) {
            Map<String, String> properties = new HashMap<>(App.server("first", folder));
            properties.putAll(App.server("second", folder));
            properties.put("quicpool.server.\"second\".listen", "127.0.0.1:" + taken.getLocalPort());
            assertThatThrownBy(() -> App.start(properties, Curious.class)).isInstanceOf(PoolStartException.class);
            await().untilAsserted(
                            () -> assertThat(App.threads()).noneMatch(name -> name.startsWith("quicpool-first-")));
            assertThat(log.lines("listening on")).hasSize(1);
        }
    }

    @Test
    void startsAgainAfterAStopAndLeavesNoThreadAndNoMBean() {
        ServerPool peer = pools.server(s -> s.name("peer"));
        Map<String, String> properties = new HashMap<>(
                App.client("orders", "127.0.0.1:" + peer.localAddress().getPort()));
        properties.putAll(App.server("ingress", folder));
        Set<String> before = App.threads();
        for (int i = 0; i < 3; i++) {
            List<StreamPool> open;
            try (App app = App.start(properties, HandlerBeansTest.Echo.class)) {
                open = app.get(PoolRegistry.class).pools();
                awaitIdle(app.get(PoolRegistry.class).client("orders"), 8);
                assertThat(mbeans()).hasSize(2);
            }
            assertThat(open).hasSize(2).allMatch(pool -> pool.state() == PoolState.CLOSED);
            await().untilAsserted(() -> assertThat(App.threads()).isSubsetOf(before));
            assertThat(mbeans()).isEmpty();
        }
    }
}
