package io.quicpool.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.it.support.PemFiles;
import io.quicpool.testing.Pools;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** A process whose handlers run out of memory repeatedly: other requests are answered, and the process continues. */
@Scenario
@Isolated
class OutOfMemoryIT {

    private static final int ERRORS = 50;

    @TempDir
    private Path folder;

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    // Only those of the handlers; other threads may have had some too.
    private static long errors(JavaProcess server) throws InterruptedException {
        server.say("how often");
        return Long.parseLong(server.await());
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void handlersThatUseUpTheMemory() throws Exception {
        PemFiles pem = PemFiles.write(Pools.CERTIFICATE, folder);
        try (JavaProcess server = new JavaProcess(
                Map.of(),
                "64m",
                ServerProgram.class,
                "127.0.0.1:0",
                pem.certificate().toString(),
                pem.privateKey().toString(),
                "greedy")) {
            ClientPool client = pools.client(
                    "127.0.0.1:" + server.await(), c -> c.capacity(16, 32).keepAlive(Duration.ofMillis(700)));
            Traffic traffic = Traffic.impatient(client, 4, 1000, Duration.ofSeconds(2));
            await().atMost(Duration.ofMinutes(8))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> errors(server) >= ERRORS);
            long answered = traffic.ledger.answered.sum();
            await().until(() -> traffic.ledger.answered.sum() > answered + 100);
            traffic.close();
            Report.row(
                    "the server runs out of memory, " + ERRORS + " times",
                    "errors " + errors(server) + ", connections lost "
                            + client.snapshot().totals().lost(),
                    traffic.ledger);
            traffic.assertNothingWrong();
            assertThat(server.wrong()).isEmpty();
            assertThat(client.ready()).isTrue();
        }
    }
}
