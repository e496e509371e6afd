package io.quicpool.cdi;

import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quicpool.ClientPool;
import io.quicpool.PoolState;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import io.quicpool.settings.SettingsException;
import io.quicpool.testing.Pools;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.build.compatible.spi.Parameters;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pools at injection points, in a real container over loopback. */
class InjectionTest {

    @TempDir
    Path folder;

    private final Pools pools = new Pools();
    private String target = "";

    @BeforeEach
    void peer() {
        ServerPool peer = pools.server(s -> s.name("peer"));
        target = "127.0.0.1:" + peer.localAddress().getPort();
    }

    @AfterEach
    void close() {
        pools.close();
    }

    private Map<String, String> twoClientsAndAServer() {
        Map<String, String> properties = new HashMap<>();
        properties.putAll(App.client("orders", target));
        properties.putAll(App.client("stock.v2", target));
        properties.putAll(App.server("ingress", folder));
        return properties;
    }

    @ApplicationScoped
    static class Fields {
        @Inject
        @QuicPool("orders")
        ClientPool orders;

        @Inject
        @QuicPool("stock.v2")
        ClientPool stock;

        @Inject
        @QuicPool("ingress")
        ServerPool ingress;

        @Inject
        @QuicPool
        ServerPool only;

        @Inject
        @Any
        Instance<ClientPool> byName;

        @Inject
        @Any
        Instance<StreamPool> all;

        StreamPool orders() {
            return orders;
        }
    }

    @Dependent
    static class ConstructorAndMethod {
        final ClientPool byConstructor;

        @Nullable ServerPool byMethod;

        @Inject
        ConstructorAndMethod(@QuicPool("orders") ClientPool byConstructor) {
            this.byConstructor = byConstructor;
        }

        @Inject
        void server(@QuicPool("ingress") ServerPool server) {
            byMethod = server;
        }
    }

    @ApplicationScoped
    static class EarlyBird {
        static final List<String> SEEN = new ArrayList<>();

        void start(@Observes Startup event, @QuicPool("orders") ClientPool orders) {
            SEEN.add(orders.name() + " " + orders.state());
        }
    }

    @ApplicationScoped
    static class Holder {
        @Inject
        Fields fields;
    }

    @Test
    void fieldsConstructorsMethodsAndLookups() {
        EarlyBird.SEEN.clear();
        try (App app = App.start(
                twoClientsAndAServer(), Fields.class, ConstructorAndMethod.class, EarlyBird.class, Holder.class)) {
            PoolRegistry registry = app.get(PoolRegistry.class);
            // Through the bean's proxy, fields are not there: ask one that holds it.
            Instance<ClientPool> clients = app.container().select(ClientPool.class);
            ClientPool orders = clients.select(QuicPool.Literal.of("orders")).get();
            assertThat(orders.name()).isEqualTo("orders");
            registry.client("orders").addError();
            assertThat(orders.snapshot().errors()).isOne();
            assertThat(app.get(Fields.class).orders()).isSameAs(orders);
            ConstructorAndMethod dependent = app.get(ConstructorAndMethod.class);
            assertThat(dependent.byConstructor).isSameAs(orders);
            assertThat(Objects.requireNonNull(dependent.byMethod).localAddress())
                    .isEqualTo(registry.server("ingress").localAddress());
            assertThat(registry.server("")).isSameAs(registry.server("ingress"));
            assertThat(clients.select(QuicPool.Literal.of("stock.v2")).get().name())
                    .isEqualTo("stock.v2");
            assertThat(EarlyBird.SEEN).containsExactly("orders RUNNING");
            awaitIdle(orders, 8);
        }
    }

    @Test
    void anyInstanceOfStreamPoolGivesAll() {
        try (App app = App.start(twoClientsAndAServer(), Fields.class)) {
            List<String> names = new ArrayList<>();
            for (StreamPool pool : app.container().select(StreamPool.class, Any.Literal.INSTANCE)) {
                names.add(pool.name());
            }
            assertThat(names).containsExactlyInAnyOrder("orders", "stock.v2", "ingress");
            assertThat(app.get(PoolRegistry.class).pools())
                    .extracting(StreamPool::name)
                    .containsExactly("orders", "stock.v2", "ingress");
        }
    }

    @ApplicationScoped
    static class Only {
        @Inject
        @QuicPool
        ClientPool client;

        String name() {
            return client.name();
        }
    }

    @Test
    void theEmptyNameMeansTheOnlyOneOrDefault() {
        try (App app = App.start(App.client("orders", target), Only.class)) {
            assertThat(app.get(Only.class).name()).isEqualTo("orders");
        }
        Map<String, String> two = new HashMap<>(App.client("orders", target));
        two.putAll(App.client("default", target));
        try (App app = App.start(two, Only.class)) {
            assertThat(app.get(Only.class).name()).isEqualTo("default");
        }
        Map<String, String> unnamed = Map.of("quicpool.client.target", target, "quicpool.client.tls-mode", "0");
        try (App app = App.start(unnamed, Only.class)) {
            assertThat(app.get(Only.class).name()).isEqualTo("default");
        }
        Map<String, String> neither = new HashMap<>(App.client("orders", target));
        neither.putAll(App.client("stock", target));
        assertThatThrownBy(() -> App.start(neither, Only.class))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(
                        "injection point io.quicpool.cdi.InjectionTest$Only.client: which one is meant?"
                                + " the client pools are \"orders\", \"stock\", and none has the name default; write the name in @QuicPool");
    }

    @Test
    void aPoolThatIsNotConfiguredFailsTheStartWithAllThatIsMissing() {
        Map<String, String> properties = new HashMap<>(App.client("oders", target));
        properties.putAll(App.server("ingress", folder));
        properties.put("quicpool.client.\"stock.v2\".enabled", "false");
        assertThatThrownBy(() -> App.start(properties, Fields.class, ConstructorAndMethod.class, EarlyBird.class))
                .isInstanceOf(SettingsException.class)
                .hasMessage("quicpool cannot start: 4 problems in its configuration"
                        + "\n  - injection point io.quicpool.cdi.InjectionTest$ConstructorAndMethod.<init>(byConstructor):"
                        + " there is no client pool \"orders\": the only client pool is \"oders\";"
                        + " set quicpool.client.\"orders\".target"
                        + "\n  - injection point io.quicpool.cdi.InjectionTest$EarlyBird.start(orders):"
                        + " there is no client pool \"orders\": the only client pool is \"oders\";"
                        + " set quicpool.client.\"orders\".target"
                        + "\n  - injection point io.quicpool.cdi.InjectionTest$Fields.orders:"
                        + " there is no client pool \"orders\": the only client pool is \"oders\";"
                        + " set quicpool.client.\"orders\".target"
                        + "\n  - injection point io.quicpool.cdi.InjectionTest$Fields.stock:"
                        + " the client pool \"stock.v2\" is switched off;"
                        + " set quicpool.client.\"stock.v2\".enabled = true");
    }

    @Test
    void aLookupOfWhatIsNotThereSaysWhatThereIs() {
        try (App app = App.start(App.client("orders", target))) {
            PoolRegistry registry = app.get(PoolRegistry.class);
            assertThatThrownBy(() -> registry.client("nope"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("there is no client pool \"nope\": the only client pool is \"orders\";"
                            + " set quicpool.client.\"nope\".target");
            assertThatThrownBy(() -> registry.server(""))
                    .hasMessage("there are no server pools; set quicpool.server.\"default\".listen");
            assertThat(registry.client("orders").state()).isEqualTo(PoolState.RUNNING);
        }
    }

    @Test
    void anApplicationWithoutPoolsStarts() {
        try (App app = App.start(Map.of())) {
            assertThat(app.get(PoolRegistry.class).pools()).isEmpty();
            assertThat(app.get(PoolRegistry.class).isStarted()).isTrue();
        }
    }

    /** As the parameters that a container gives. */
    private record Given(Map<String, String> values) implements Parameters {

        @Override
        public <T> T get(String key, Class<T> type) {
            return type.cast(Objects.requireNonNull(values.get(key)));
        }

        @Override
        public <T> T get(String key, Class<T> type, T otherwise) {
            T value = type.cast(values.get(key));
            return value == null ? otherwise : value;
        }
    }

    @Test
    void aPoolIsFoundAlsoWhereTheLookupOfItsBeanSeesNothingOfTheApplication() {
        try (App app = App.start(App.client("orders", "127.0.0.1:9"))) {
            Instance<Object> blind = app.container().select(Object.class, QuicPool.Literal.of("nothing"));
            assertThat(blind.select(PoolRegistry.class).isUnsatisfied()).isTrue();
            Given given = new Given(Map.of(PoolCreator.NAME, "orders"));
            assertThat(new PoolCreator.Client().create(blind, given))
                    .isSameAs(app.get(PoolRegistry.class).client("orders"));
        }
    }
}
