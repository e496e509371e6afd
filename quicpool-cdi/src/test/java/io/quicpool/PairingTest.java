package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.testing.Pools;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two pools, one on each side of a real connection, know the same streams under the same ids. */
@Tag("contract")
class PairingTest {

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    @Test
    void bothEndsTakeTheSameStream() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(8, 8));
        awaitIdle(client, 8);
        assertThat(server.idle()).isEqualTo(8);
        try (PooledStream there = server.take(SOON);
                PooledStream here = client.take(there.id(), SOON)) {
            assertThat(here.id()).isEqualTo(there.id());
            exchange(here, there, "to the server");
            exchange(there, here, "to the client");
        }
    }

    @Test
    void theNamesOfTheGoPackageDoTheSame() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(8, 8));
        awaitIdle(client, 8);
        assertThat(client.active()).isEqualTo(client.idle()).isEqualTo(8);
        try (PooledStream there = server.incomingGet(SOON);
                PooledStream here = client.outgoingGet(there.id(), SOON)) {
            exchange(here, there, "to the server");
            exchange(there, here, "to the client");
        }
    }

    private static void exchange(PooledStream from, PooledStream to, String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        from.outputStream().write(bytes);
        assertThat(to.inputStream().readNBytes(bytes.length)).isEqualTo(bytes);
    }
}
