package io.quicpool.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quicpool.PoolStartException;
import io.quicpool.config.PoolLabel;
import io.quicpool.testing.LogOf;
import io.quicpool.testing.Pools;
import io.quicpool.transport.ConnectSpec;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.Gate;
import io.quicpool.transport.ListenSpec;
import io.quicpool.transport.Listener;
import io.quicpool.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which engine a pool gets. */
class EnginesTest {

    private static final PoolLabel POOL = PoolLabel.client("orders");

    private final List<String> warnings = new ArrayList<>();

    private static final class Fake extends Transport {

        private final String name;
        private final int preference;
        private final @Nullable String unavailable;

        Fake(String name, int preference, @Nullable String unavailable) {
            this.name = name;
            this.preference = preference;
            this.unavailable = unavailable;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public int preference() {
            return preference;
        }

        @Override
        public @Nullable String unavailable() {
            return unavailable;
        }

        @Override
        public int streamsPerConnection() {
            return 1;
        }

        @Override
        public Connection connect(ConnectSpec spec, ConnectionEvents events) {
            throw new AssertionError(spec);
        }

        @Override
        protected Listener bind(ListenSpec spec, Gate.Factory gates) {
            throw new AssertionError(spec);
        }
    }

    private static Fake kwik() {
        return new Fake("kwik", 0, null);
    }

    private String chosen(String wanted, Transport... engines) {
        return new Engines(List.of(engines)).of(POOL, wanted, warnings::add).name();
    }

    @Test
    void autoIsTheFastOneWhereItIsThere() {
        assertThat(chosen("auto", kwik(), new Fake("netty", 1, null))).isEqualTo("netty");
        assertThat(chosen("auto", new Fake("netty", 1, null), kwik())).isEqualTo("netty");
        assertThat(warnings).isEmpty();
    }

    @Test
    void autoIsKwikWhereNothingElseIsThere() {
        assertThat(chosen("auto", kwik())).isEqualTo("kwik");
        assertThat(warnings).isEmpty();
    }

    @Test
    void autoSaysWhyTheFastOneIsNotUsed() {
        assertThat(chosen("auto", kwik(), new Fake("netty", 1, "no library"))).isEqualTo("kwik");
        assertThat(warnings).containsExactly("the engine netty cannot be used: no library");
    }

    @Test
    void autoFailsWhereNoneCanBeUsed() {
        assertThatThrownBy(() -> chosen("auto", new Fake("kwik", 0, "a jar is missing")))
                .isInstanceOf(PoolStartException.class)
                .hasMessageContaining("client orders: transport = kwik: a jar is missing");
    }

    /** An archive that contains all jars may have lost the files by which engines are found. */
    @Test
    void autoFailsWhereNoneIsThere() {
        assertThatThrownBy(() -> chosen("auto"))
                .isInstanceOf(PoolStartException.class)
                .hasMessageContaining(
                        "transport = auto: there is no META-INF/services/io.quicpool.transport.Transport");
    }

    @Test
    void aPoolLogsItsEngine() {
        try (LogOf log = new LogOf("io.quicpool", Level.INFO);
                Pools pools = new Pools()) {
            pools.client(pools.server(s -> s), c -> c);
            assertThat(log.lines("uses the engine"))
                    .contains(
                            "server server: uses the engine " + Pools.SERVER_ENGINE,
                            "client client: uses the engine " + Pools.CLIENT_ENGINE);
        }
    }

    @Test
    void aNameIsThatEngineOrNone() {
        assertThat(chosen("kwik", kwik(), new Fake("netty", 1, null))).isEqualTo("kwik");
        assertThatThrownBy(() -> chosen("netty", kwik(), new Fake("netty", 1, "no library")))
                .hasMessageContaining("transport = netty: no library");
        assertThatThrownBy(() -> chosen("netty", kwik()))
                .hasMessageContaining("there is no such engine on the class path: add io.quicpool:quicpool-netty");
        assertThatThrownBy(() -> chosen("pigeon", kwik()))
                .hasMessageContaining("there is no such engine on the class path; use kwik");
    }
}
