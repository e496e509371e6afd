package io.quicpool.cdi;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.ClientPool;
import io.quicpool.PoolObserver;
import io.quicpool.StreamPool;
import io.quicpool.testing.Pools;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Beans that observe the pools of the application. */
class ObserverBeansTest {

    @TempDir
    Path folder;

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    @ApplicationScoped
    static class Times implements PoolObserver {
        static final Queue<String> OBSERVED = new ConcurrentLinkedQueue<>();
        static final Queue<UseEnd> USES = new ConcurrentLinkedQueue<>();

        @Override
        public @Nullable PoolObserver forPool(StreamPool pool) {
            OBSERVED.add(pool.name());
            return PoolObserver.super.forPool(pool);
        }

        @Override
        public void used(long nanos, UseEnd end) {
            USES.add(end);
        }
    }

    @Dependent
    @QuicPool("ingress")
    static class OfOnePool implements PoolObserver {
        static final AtomicBoolean CLOSED = new AtomicBoolean();
        static final AtomicBoolean DESTROYED = new AtomicBoolean();

        @Override
        public void closed() {
            CLOSED.set(true);
        }

        @PreDestroy
        void end() {
            DESTROYED.set(CLOSED.get());
        }
    }

    @Test
    void beansObserveAllPools() throws Exception {
        OfOnePool.DESTROYED.set(false);
        try (App app = App.start(App.server("ingress", folder), Times.class, OfOnePool.class)) {
            ClientPool outside = app.clientOf("ingress", pools);
            outside.take(SOON).close();
            app.get(PoolRegistry.class).server("ingress").take(SOON).close();
            assertThat(Times.USES).containsExactly(PoolObserver.UseEnd.CLOSED);
        }
        assertThat(Times.OBSERVED).containsExactly("ingress");
        assertThat(OfOnePool.DESTROYED).isTrue();
    }
}
