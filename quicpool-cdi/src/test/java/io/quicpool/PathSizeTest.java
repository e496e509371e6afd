package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.testing.Pools;
import io.quicpool.testing.Relay;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every path that carries datagrams of 1,200 bytes carries the pools (RFC 9000, section 14), for any data. */
@Tag("contract")
class PathSizeTest {

    private static final int SMALLEST = 1200;
    private static final byte[] BULK = new byte[300_000];

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    private static void send(PooledStream from, PooledStream to) throws Exception {
        CompletableFuture<Integer> received = CompletableFuture.supplyAsync(() -> {
            try {
                return to.inputStream().readNBytes(BULK.length).length;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        OutputStream out = from.outputStream();
        CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
            try {
                out.write(BULK);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        sent.get(SOON.toSeconds(), TimeUnit.SECONDS);
        assertThat(received.get(SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo(BULK.length);
    }

    @Test
    void theSmallestPathThatCarriesQuicCarriesBulkBothWays() throws Exception {
        ServerPool server = pools.server(s -> s);
        try (Relay path = new Relay(server.localAddress())) {
            path.largest(SMALLEST);
            ClientPool client = pools.client("127.0.0.1:" + path.port(), c -> c.capacity(4, 4));
            awaitIdle(client, 4);
            try (PooledStream here = client.take(SOON);
                    PooledStream there = server.take(here.id(), SOON)) {
                send(here, there);
                send(there, here);
            }
        }
    }

    @Test
    void aPathThatShrinksToThatUnderWayCarriesWhatIsSentThenOrIsNoticed() throws Exception {
        ServerPool server = pools.server(s -> s);
        try (Relay path = new Relay(server.localAddress())) {
            ClientPool client = pools.client("127.0.0.1:" + path.port(), c -> c.capacity(4, 4));
            awaitIdle(client, 4);
            try (PooledStream here = client.take(SOON);
                    PooledStream there = server.take(here.id(), SOON)) {
                send(here, there);
                send(there, here);
                path.largest(SMALLEST);
                send(here, there);
                send(there, here);
            }
        }
    }
}
