package io.quicpool.it.faults;

import io.quicpool.ClientPool;
import io.quicpool.QuicPools;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.TlsMode;
import io.quicpool.testing.Pools;
import java.time.Duration;

/** A client pool that fills up when it reads a line with target and capacity. */
final class ClientProgram {

    private ClientProgram() {}

    public static void main(String[] args) throws Exception {
        System.out.println("started");
        if (System.in.read() >= 0) {
            try (ClientPool pool = QuicPools.open(ClientPoolConfig.builder()
                    .transport(Pools.CLIENT_ENGINE)
                    .target(args[0])
                    .capacity(Integer.parseInt(args[1]), Integer.parseInt(args[1]))
                    .tlsMode(TlsMode.INSECURE)
                    .keepAlive(Duration.ofMillis(700))
                    .build())) {
                while (System.in.read() >= 0) {
                    // Until the test closes its input.
                }
                System.out.println(pool.snapshot());
            }
        }
        System.exit(0);
    }
}
