package io.quicpool.core;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import io.quicpool.config.CapacityBounds;
import io.quicpool.testing.Pools;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SizeCheckTest {

    private static CoreClientPool full(Pools pools) {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(40, 60));
        awaitIdle(client, 40);
        return (CoreClientPool) client;
    }

    /** A sweep evicts the surplus, and the check after it opens nothing again. */
    @Test
    void newBoundsHoldBeforeTheTimerActsOnThem() throws Exception {
        try (Pools pools = new Pools()) {
            CoreClientPool client = full(pools);
            CompletableFuture<Integer> opening = new CompletableFuture<>();
            client.threads.decide(() -> {
                client.capacityBounds(new CapacityBounds(1, 3));
                client.idleSweep.run(client.capacityBounds().max());
                client.sizeCheck.check();
                opening.complete(client.opening());
            });
            assertThat(opening.get(SOON.toSeconds(), TimeUnit.SECONDS)).isZero();
            assertThat(client.capacity()).isBetween(1, 3);
        }
    }

    /** Bounds that are set twice before the timer acts on them: nothing is evicted that the last ones allow. */
    @Test
    void theLastBoundsCount() throws Exception {
        try (Pools pools = new Pools()) {
            CoreClientPool client = full(pools);
            client.threads.decide(() -> {
                client.capacityBounds(new CapacityBounds(1, 3));
                client.capacityBounds(new CapacityBounds(40, 60));
            });
            CompletableFuture<Integer> idle = new CompletableFuture<>();
            client.threads.decide(() -> client.threads.decide(() -> idle.complete(client.idleStreams.idle())));
            assertThat(idle.get(SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo(40);
            assertThat(client.capacity()).isBetween(40, 60);
        }
    }
}
