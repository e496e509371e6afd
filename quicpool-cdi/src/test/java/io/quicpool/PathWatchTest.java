package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.Pools;
import io.quicpool.testing.Relay;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A path that shrinks to less than QUIC needs, while short datagrams still pass. */
@Tag("contract")
class PathWatchTest {

    private static final int TOO_SMALL = 300;
    private static final byte[] BULK = new byte[200_000];

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    private static CompletableFuture<Void> write(PooledStream stream) {
        return CompletableFuture.runAsync(() -> {
            try {
                stream.outputStream().write(BULK);
            } catch (IOException lost) {
                // This is how the connection ends.
            }
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPathThatCarriesTooLittleIsNoticedBySenderAndReceiver(boolean clientSends) throws Exception {
        ServerPool server = pools.server(s -> s.keepAlive(Duration.ofSeconds(1)));
        try (Relay path = new Relay(server.localAddress())) {
            ClientPool client = pools.client("127.0.0.1:" + path.port(), c -> c.keepAlive(Duration.ofSeconds(1))
                    .capacity(2, 2));
            awaitIdle(client, 2);
            PooledStream here = client.take(SOON);
            PooledStream there = server.take(here.id(), SOON);
            path.largest(TOO_SMALL);
            CompletableFuture<Void> sent = write(clientSends ? here : there);
            await().until(() -> client.snapshot().totals().lost() > 0);
            await().until(() -> server.snapshot().totals().lost() > 0);
            sent.get(SOON.toSeconds(), TimeUnit.SECONDS);
            assertThat(client.snapshot().lastError()).isNotEmpty();
            assertThat(server.snapshot().totals().refused()).containsEntry("violation", 0L);
        }
    }
}
