package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.Pools;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A suspended pool keeps its streams, and none can be taken. */
class SuspendTest {

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    @Test
    void callersWaitUntilItIsResumed() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(4, 4));
        awaitIdle(client, 4);
        PooledStream before = client.take(SOON);
        client.suspend();
        assertThat(client.state()).isEqualTo(PoolState.SUSPENDED);
        assertThat(client.ready()).isFalse();
        assertThatThrownBy(() -> client.take(Duration.ofMillis(50)))
                .isInstanceOf(PoolTimeoutException.class)
                .hasMessageContaining("SUSPENDED");
        assertThat(client.snapshot().waiting()).isZero();
        CompletableFuture<PooledStream> any = client.takeAsync(SOON).toCompletableFuture();
        awaitIdle(server, 5);
        // The oldest of the server's is the one that the client has taken already, the next the one that any would get.
        server.take(before.id(), SOON).close();
        try (PooledStream there = server.take(SOON)) {
            StreamId known = there.id();
            CompletableFuture<PooledStream> that = client.takeAsync(known, SOON).toCompletableFuture();
            assertThat(any).isNotDone();
            assertThat(that).isNotDone();
            client.resume();
            assertThat(client.state()).isEqualTo(PoolState.RUNNING);
            assertThat(client.ready()).isTrue();
            try (PooledStream one = any.get(SOON.toSeconds(), TimeUnit.SECONDS);
                    PooledStream two = that.get(SOON.toSeconds(), TimeUnit.SECONDS)) {
                assertThat(two.id()).isEqualTo(known);
                assertThat(one.id()).isNotEqualTo(known);
            }
        }
        before.close();
    }

    @Test
    void theHandlerGetsWhatWasWrittenMeanwhile() throws Exception {
        ServerPool server = pools.server(s -> s);
        server.serve(stream -> stream.outputStream().write(stream.inputStream().readAllBytes()));
        ClientPool client = pools.client(server, c -> c.capacity(4, 4));
        awaitIdle(client, 4);
        server.suspend();
        assertThat(server.ready()).isFalse();
        try (PooledStream stream = client.take(SOON)) {
            stream.outputStream().write(7);
            stream.outputStream().close();
            // The server has the byte, for it has answered a later stream's hello.
            client.flush();
            awaitIdle(client, 4);
            assertThat(server.snapshot().totals().handedOut()).isZero();
            server.resume();
            stream.readTimeout(SOON);
            assertThat(stream.inputStream().readAllBytes()).containsExactly(7);
        }
        assertThat(server.ready()).isTrue();
    }

    @Test
    void aSuspendedPoolClosesAndFillsUpLikeAnyOther() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(4, 4));
        client.suspend();
        awaitIdle(client, 4);
        CompletableFuture<PooledStream> waiting = client.takeAsync(SOON).toCompletableFuture();
        client.close();
        assertThat(client.state()).isEqualTo(PoolState.CLOSED);
        await().untilAsserted(() -> assertThat(waiting).isCompletedExceptionally());
        client.suspend();
        client.resume();
        assertThat(client.state()).isEqualTo(PoolState.CLOSED);
    }
}
