package io.quicpool.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quicpool.ClientPool;
import io.quicpool.StreamPool;
import io.quicpool.docs.ComponentExample;
import io.quicpool.settings.SettingsException;
import io.quicpool.testing.LogOf;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** Pools are normal beans: each exists once, and an alternative can replace or wrap it. */
class PoolBeansTest {

    // No peer is needed.
    private static final String TARGET = "127.0.0.1:9";

    private static Map<String, String> clients(String... names) {
        Map<String, String> properties = new HashMap<>();
        for (String name : names) {
            properties.putAll(App.client(name, TARGET));
        }
        return properties;
    }

    @ApplicationScoped
    static class Orders {

        @Inject
        @QuicPool("orders")
        ClientPool pool;

        String name() {
            return pool.name();
        }
    }

    @ApplicationScoped
    static class Only {

        @Inject
        @QuicPool
        ClientPool pool;
    }

    @ApplicationScoped
    static class Lookups {

        @Inject
        @Any
        Instance<ClientPool> all;

        @Inject
        @QuicPool("orders")
        Instance<ClientPool> instance;

        @Inject
        @QuicPool("orders")
        Provider<ClientPool> provider;

        Instance<ClientPool> all() {
            return all;
        }

        Instance<ClientPool> instance() {
            return instance;
        }

        Provider<ClientPool> provider() {
            return provider;
        }
    }

    @Test
    void eachPoolIsOneBeanOfTheApplicationWhateverItIsCalled() {
        try (App app = App.start(clients("orders"), Orders.class, Only.class, Lookups.class)) {
            Lookups lookups = app.get(Lookups.class);
            assertThat(lookups.all()).extracting(StreamPool::name).containsExactly("orders");
            assertThat(lookups.all().getHandle().getBean().getScope()).isEqualTo(ApplicationScoped.class);
            assertThat(lookups.provider().get()).isSameAs(lookups.instance().get());
            assertThat(app.container()
                            .select(ClientPool.class, QuicPool.Literal.of(""))
                            .get())
                    .isSameAs(lookups.instance().get());
        }
        try (App app = App.start(clients("orders", "default"), Orders.class, Only.class, Lookups.class)) {
            assertThat(app.get(Lookups.class).all())
                    .extracting(StreamPool::name)
                    .containsExactlyInAnyOrder("orders", "default");
        }
    }

    @Test
    void anInstanceOfAPoolThatIsNotConfiguredFailsWhenItIsUsed() {
        try (App app = App.start(clients("stock"), Lookups.class)) {
            ClientPool orders = app.get(Lookups.class).instance().get();
            assertThatThrownBy(orders::name)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("there is no client pool \"orders\"");
        }
    }

    /** As a test writes it without a library for mocks. */
    @Alternative
    @Priority(1)
    @ApplicationScoped
    static class Mocks {

        @Produces
        @ApplicationScoped
        @QuicPool("orders")
        ClientPool orders() {
            return (ClientPool) Proxy.newProxyInstance(
                    ClientPool.class.getClassLoader(),
                    new Class<?>[] {ClientPool.class},
                    (proxy, method, arguments) -> method.getName().equals("name") ? "mock" : null);
        }
    }

    @Test
    void anAlternativeTakesThePlaceOfOnePool() {
        try (App app = App.start(clients("orders", "stock"), Orders.class, Mocks.class, Lookups.class)) {
            assertThat(app.get(Orders.class).name()).isEqualTo("mock");
            ClientPool stock = app.get(Lookups.class)
                    .all()
                    .select(QuicPool.Literal.of("stock"))
                    .get();
            assertThat(stock.name()).isEqualTo("stock");
        }
    }

    @Test
    void aPoolThatAnAlternativeReplacesNeedsNoConfiguration() {
        assertThatThrownBy(() -> App.start(Map.of(), Orders.class))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("there are no client pools; set quicpool.client.\"orders\".target");
        try (App app = App.start(Map.of(), Orders.class, Mocks.class)) {
            assertThat(app.get(Orders.class).name()).isEqualTo("mock");
            assertThat(app.get(PoolRegistry.class).pools()).isEmpty();
        }
    }

    /** CDI puts no interceptor around a bean that an extension makes. */
    @Test
    void aPoolIsWrappedByAnAlternative() {
        Logger shop = Logger.getLogger("shop");
        shop.setLevel(Level.FINE);
        try (LogOf log = new LogOf("shop");
                App app = App.start(clients("orders"), Orders.class, ComponentExample.Traced.class)) {
            assertThat(app.get(Orders.class).name()).isEqualTo("orders");
            assertThat(log.lines()).containsExactly("name");
        } finally {
            shop.setLevel(null);
        }
    }

    @ApplicationScoped
    static class Farewell {

        static final Queue<String> SEEN = new ConcurrentLinkedQueue<>();

        @Inject
        @QuicPool("orders")
        ClientPool pool;

        void start(@Observes Startup event) {}

        @PreDestroy
        void end() {
            SEEN.add(pool.name() + " " + pool.state());
        }
    }

    @Test
    void aPoolIsNotOpenedWhileTheApplicationStops() {
        Farewell.SEEN.clear();
        try (App app = App.start(clients("orders"), Farewell.class)) {
            assertThat(app.get(PoolRegistry.class).isStarted()).isTrue();
        }
        assertThat(Farewell.SEEN).containsExactly("orders CLOSED");
    }
}
