package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.RequestObserver.End;
import io.quicpool.testing.Pools;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What observers are told of each request that a server has received. */
class RequestObserverTest {

    private final Pools pools = new Pools();
    private final List<String> told = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        pools.close();
    }

    /** Follows the requests of server pools. */
    private final class Following implements PoolObserver, RequestObserver {

        private final String name;
        private final Consumer<StreamPool> whenRequested;

        Following(String name, Consumer<StreamPool> whenRequested) {
            this.name = name;
            this.whenRequested = whenRequested;
        }

        @Override
        public @Nullable PoolObserver forPool(StreamPool pool) {
            RequestObserver follower = this;
            return pool instanceof ClientPool
                    ? null
                    : new PoolObserver() {
                        @Override
                        public RequestObserver requested() {
                            whenRequested.accept(pool);
                            return follower;
                        }
                    };
        }

        @Override
        public void handlerStarts() {
            told.add(name + " starts");
        }

        @Override
        public void handlerReturns() {
            told.add(name + " returns");
        }

        @Override
        public void ended(long nanos, End end) {
            told.add(name + " " + end);
        }
    }

    private static byte[] ask(ClientPool client) throws Exception {
        return client.requestBlocking(new byte[] {1}, SOON);
    }

    /** An observer that has made a span current ends that before the one whose span was current before. */
    @Test
    void theHandlerReturnsForTheLastObserverFirst() throws Exception {
        pools.observedBy(new Following("a", pool -> {}));
        pools.observedBy(new Following("b", pool -> {}));
        ServerPool server = pools.server(s -> s);
        server.answer(request -> completedFuture(request.bytes()));
        ask(pools.client(server, c -> c));
        await().until(() -> told.size() == 6);
        assertThat(told).startsWith("a starts", "b starts", "b returns", "a returns");
    }

    @Test
    void aRequestForWhichThereIsNoThreadIsRefused() {
        pools.observedBy(new Following("a", pool -> {}));
        ServerPool server = pools.server(s -> s);
        server.answer(request -> completedFuture(request.bytes()), task -> {
            throw new RejectedExecutionException("for the test");
        });
        ClientPool client = pools.client(server, c -> c);
        assertThatThrownBy(() -> ask(client)).isInstanceOf(RequestRefusedException.class);
        // The client asks twice.
        await().until(() -> told.size() >= 2);
        assertThat(told).containsOnly("a " + End.REFUSED);
    }

    @Test
    void aRequestWhoseTimeEndsAsItsLastByteComesEndsToo() {
        pools.observedBy(new Following("a", pool -> await().until(
                        () -> pool.snapshot().totals().refused().getOrDefault("slow-client", 0L) == 1)));
        ServerPool server = pools.server(s -> s.readTimeout(Duration.ofMillis(200)));
        server.answer(request -> completedFuture(request.bytes()));
        ClientPool client = pools.client(server, c -> c);
        assertThatThrownBy(() -> ask(client)).isInstanceOf(RequestException.class);
        await().until(() -> !told.isEmpty());
        assertThat(told).containsExactly("a " + End.CANCELLED);
    }
}
