package io.quicpool.it.faults;

import io.quicpool.QuicPools;
import io.quicpool.ServerPool;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.testing.Pools;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A server pool that answers numbered requests: listen address, certificate, private key. With a fourth argument, every
 * tenth request uses up the memory first. The program answers each line with the number of OutOfMemoryErrors.
 */
final class ServerProgram {

    private ServerProgram() {}

    public static void main(String[] args) throws Exception {
        Ledger ledger = new Ledger();
        AtomicLong requests = new AtomicLong();
        AtomicLong errors = new AtomicLong();
        try (ServerPool pool = QuicPools.open(ServerPoolConfig.builder()
                .transport(Pools.SERVER_ENGINE)
                .listen(args[0])
                .certificate(KeyMaterial.fromPem(Path.of(args[1]), Path.of(args[2])))
                .keepAlive(Duration.ofMillis(700))
                .build())) {
            pool.serve(stream -> {
                try {
                    if (args.length > 3 && requests.incrementAndGet() % 10 == 0) {
                        eat();
                    }
                    Traffic.answer(stream, ledger);
                } catch (OutOfMemoryError e) {
                    errors.incrementAndGet();
                    throw e;
                } finally {
                    ledger.examples().forEach(each -> System.out.println("wrong " + each));
                }
            });
            System.out.println(pool.localAddress().getPort());
            // Until the test closes its input. Each line asks for the number of errors.
            for (int next = System.in.read(); next >= 0; next = System.in.read()) {
                if (next == '\n') {
                    System.out.println(errors);
                }
            }
        }
        System.exit(0);
    }

    // Ends in an OutOfMemoryError, here and perhaps elsewhere at the same time.
    private static void eat() {
        List<byte[]> eaten = new ArrayList<>();
        while (eaten.size() < Integer.MAX_VALUE) {
            eaten.add(new byte[100_000]);
        }
    }
}
