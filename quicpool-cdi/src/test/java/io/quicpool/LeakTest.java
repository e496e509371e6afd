package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ConfigException;
import io.quicpool.testing.Pools;
import io.quicpool.testing.SeenEvents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Streams that are taken and not closed are told once, and those that were lost are reset. */
@Tag("contract")
class LeakTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int STREAMS = 1_000;
    private static final int FORGOTTEN = 10;

    private final Pools pools = new Pools();
    private final SeenEvents seen = pools.observedBy(new SeenEvents());
    private final Queue<LogRecord> records = new ConcurrentLinkedQueue<>();
    private final Logger logger = Logger.getLogger("io.quicpool");
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            if (record.getMessage().contains("taken")) {
                records.add(record);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
    }

    @AfterEach
    void close() {
        pools.close();
        logger.removeHandler(handler);
    }

    private ClientPool client(Duration threshold) {
        ServerPool server = pools.server(s -> s);
        return pools.client(server, c -> c.name("orders").capacity(8, 8).leakDetectionThreshold(threshold));
    }

    private static PooledStream forget(ClientPool pool) throws InterruptedException {
        return pool.take(SOON); // the line that is told
    }

    private static long line() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("src/test/java/io/quicpool/LeakTest.java"));
        return 1
                + lines.stream()
                        .takeWhile(line -> !line.endsWith("// the line that is told"))
                        .count();
    }

    private Set<String> told() {
        Set<String> ids = new HashSet<>();
        for (LogRecord record : records) {
            String id = record.getMessage().replaceFirst("client orders: stream ([0-9a-f]+) of 127.*", "$1");
            assertThat(ids.add(id)).as("told once: " + record.getMessage()).isTrue();
        }
        return ids;
    }

    /** Each is told with its line, and none that was closed. */
    @Test
    void everyHundredthStreamIsForgotten() throws Exception {
        ClientPool client = client(SECOND);
        List<PooledStream> kept = new ArrayList<>();
        Set<String> forgotten = new HashSet<>();
        for (int i = 0; i < STREAMS; i++) {
            if (i % (STREAMS / FORGOTTEN) == 0) {
                PooledStream stream = forget(client);
                kept.add(stream);
                forgotten.add(stream.id().toString());
            } else {
                client.take(SOON).close();
            }
        }
        await().until(() -> records.size() >= FORGOTTEN);
        // The longest possible time until a second check.
        client.take(SOON).close();
        await().until(() -> client.snapshot().totals().leaked() == FORGOTTEN);
        assertThat(told()).isEqualTo(forgotten);
        for (LogRecord record : records) {
            assertThat(record.getMessage())
                    .matches("client orders: stream [0-9a-f]{8} of 127.0.0.1:\\d+, taken \\d+ ms ago,"
                            + " is still in use \\(leak-detection-threshold\\)");
            assertThat(record.getThrown())
                    .hasMessage("taken by thread " + Thread.currentThread().getName());
            assertThat(record.getThrown().getStackTrace()[0])
                    .hasToString("io.quicpool.LeakTest.forget(LeakTest.java:" + line() + ")");
        }
        assertThat(seen.of(client).count("leaked")).isEqualTo(FORGOTTEN);
        kept.forEach(PooledStream::close);
        assertThat(seen.of(client).count("used CLOSED")).isEqualTo(STREAMS + 1);
        assertThat(client.snapshot().totals().leaked()).isEqualTo(FORGOTTEN);
    }

    /** Without a threshold too. The pool has the places again. */
    @Test
    void aStreamThatIsGarbageIsResetAndCounted() throws Exception {
        ClientPool client = client(Duration.ZERO);
        PooledStream kept = client.take(SOON);
        for (int i = 0; i < FORGOTTEN; i++) {
            assertThat(client.take(SOON).id()).isNotNull();
        }
        await().until(() -> {
            System.gc();
            return client.snapshot().totals().leaked() == FORGOTTEN;
        });
        assertThat(client.snapshot().taken()).isEqualTo(1);
        assertThat(told()).hasSize(FORGOTTEN).doesNotContain(kept.id().toString());
        assertThat(records)
                .allMatch(
                        record -> record.getMessage().endsWith("was garbage without having been closed, and was reset")
                                && record.getThrown() == null);
        assertThat(seen.of(client).count("used LEAKED")).isEqualTo(FORGOTTEN);
        kept.close();
    }

    /** A caller that has its input or output still uses it. */
    @Test
    void theStreamsOfAStreamKeepIt() throws Exception {
        ClientPool client = client(Duration.ZERO);
        var output = client.take(SOON).outputStream();
        var input = client.take(SOON).inputStream();
        CompletableFuture<Integer> reading = CompletableFuture.supplyAsync(() -> {
            try {
                return input.read();
            } catch (IOException e) {
                return -2;
            }
        });
        // Until a stream that is garbage was found, so that the others would have been.
        assertThat(client.take(SOON).id()).isNotNull();
        await().until(() -> {
            System.gc();
            return client.snapshot().totals().leaked() == 1;
        });
        assertThat(client.snapshot().taken()).isEqualTo(2);
        output.write(1);
        assertThat(reading).isNotDone();
        input.close();
    }

    @Test
    void anAsynchronousTakeIsToldWithItsCaller() throws Exception {
        ClientPool client = client(SECOND);
        client.suspend();
        CompletableFuture<PooledStream> taken = client.takeAsync(SOON).toCompletableFuture();
        client.resume();
        PooledStream stream = taken.get();
        await().until(() -> !records.isEmpty());
        assertThat(records.element().getThrown().getStackTrace()[0].getClassName())
                .isEqualTo(LeakTest.class.getName());
        stream.close();
    }

    @Test
    void aHandlerThatHangsIsToldByItsName() throws Exception {
        ServerPool server = pools.server(s -> s.leakDetectionThreshold(SECOND));
        CountDownLatch end = new CountDownLatch(1);
        server.serve(new Hanging(end));
        ClientPool client = pools.client(server, c -> c.capacity(1, 1));
        try (PooledStream stream = client.take(SOON)) {
            stream.outputStream().write(1);
            await().until(() -> !records.isEmpty());
            assertThat(records.element().getThrown())
                    .hasMessage("taken by the pool for the handler io.quicpool.LeakTest$Hanging");
        } finally {
            end.countDown();
        }
    }

    private record Hanging(CountDownLatch end) implements StreamHandler {
        @Override
        public void handle(PooledStream stream) throws InterruptedException {
            end.await();
        }
    }

    @Test
    void theThresholdIsASecondAtLeast() {
        assertThatThrownBy(() -> ClientPoolConfig.builder()
                        .target("a:1")
                        .leakDetectionThreshold(Duration.ofMillis(999))
                        .build())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("leak-detection-threshold")
                .hasMessageContaining("must be from 1s to 24h, or 0s");
    }
}
