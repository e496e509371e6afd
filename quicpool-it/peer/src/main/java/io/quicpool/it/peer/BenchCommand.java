package io.quicpool.it.peer;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.QuicPools;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ClientPoolConfigBuilder;
import io.quicpool.config.TlsMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures a client pool, one figure after the other, each on its own pool. It prints the same lines as the program
 * over quic-go.
 */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures client pools against a server with --serve echo and one with --serve sink.")
final class BenchCommand implements Callable<Integer> {

    private static final int FILLED = 1000;
    private static final int WARM_UP = 5_000;
    private static final int PACED_SECONDS = 8;
    private static final int MILLION = 1_000_000;
    private static final Duration LONG = Duration.ofMinutes(3);

    @Option(names = "--target", paramLabel = "H:P", required = true, description = "a server that echoes")
    String target = "";

    @Option(names = "--sink", paramLabel = "H:P", description = "a server that reads to the end; without: no bulk")
    @Nullable String sink;

    @Option(names = "--fingerprint", paramLabel = "HEX", description = "of both; without: not checked")
    @Nullable String fingerprint;

    @Option(names = "--transport", paramLabel = "ENGINE", description = "QUIC engine: auto (default), kwik or netty")
    @Nullable String transport;

    @Option(names = "--streams-per-connection", paramLabel = "N", description = "0: what the engine does best")
    @Nullable Integer streamsPerConnection;

    @Option(names = "--idle", split = ",", paramLabel = "N", description = "idle streams: ${DEFAULT-VALUE}")
    int[] idle = {16, 256, 1024};

    @Option(names = "--rounds", paramLabel = "N", description = "of the ping-pong: ${DEFAULT-VALUE}")
    int rounds = 20_000;

    @Option(
            names = "--rate",
            split = ",",
            paramLabel = "N",
            description = "calls per second, at which the CPU time of this process is measured; default: none")
    int[] rates = {};

    @Option(names = "--bulk", paramLabel = "MB", description = "over all streams: ${DEFAULT-VALUE}")
    int bulk = 200;

    private final Console console = new Console();

    @Override
    public Integer call() throws IOException, InterruptedException {
        opening();
        for (int count : idle) {
            ping(count);
        }
        for (int rate : rates) {
            paced(rate);
        }
        if (sink != null) {
            for (int count : idle) {
                for (int streams : new int[] {1, 8}) {
                    bulk(count, streams);
                }
            }
        }
        return 0;
    }

    private ClientPool open(String server, int capacity) {
        ClientPoolConfigBuilder builder = ClientPoolConfig.builder()
                .target(server)
                .capacity(capacity, capacity)
                .tlsMode(fingerprint == null ? TlsMode.INSECURE : TlsMode.SELF_SIGNED);
        Given.set(fingerprint, (String hex) -> builder.fingerprint(hex));
        Given.set(transport, builder::transport);
        Given.set(streamsPerConnection, builder::streamsPerConnection);
        return QuicPools.open(builder.build());
    }

    private ClientPool filled(String server, int capacity) throws IOException, InterruptedException {
        ClientPool pool = open(server, capacity);
        long deadline = System.nanoTime() + LONG.toNanos();
        while (pool.active() < capacity) {
            if (System.nanoTime() > deadline) {
                int active = pool.active();
                pool.close();
                throw new IOException(active + " of " + capacity + " streams after " + LONG.toSeconds() + " s");
            }
            Thread.sleep(1);
        }
        return pool;
    }

    private void opening() throws IOException, InterruptedException {
        long[] took = new long[10];
        for (int i = 0; i <= took.length; i++) {
            long start = System.nanoTime();
            try (ClientPool pool = open(target, 1)) {
                pool.take(LONG).close();
                long nanos = System.nanoTime() - start;
                if (i == 0) {
                    say("first_stream_cold_ms", nanos / 1e6);
                } else {
                    took[i - 1] = nanos;
                }
            }
        }
        Arrays.sort(took);
        say("first_stream_ms", took[took.length / 2] / 1e6);
        long start = System.nanoTime();
        ClientPool pool = filled(target, FILLED);
        say("fill_1000_ms", (System.nanoTime() - start) / 1e6);
        pool.close();
    }

    private void ping(int count) throws IOException, InterruptedException {
        long before = heap();
        long residentBefore = status("VmRSS");
        try (ClientPool pool = filled(target, count);
                PooledStream stream = pool.take(LONG)) {
            long after = heap();
            long resident = status("VmRSS");
            Load.ping(List.of(stream), WARM_UP);
            String[] figures = Load.ping(List.of(stream), rounds).split(" ");
            console.print("ping_idle_" + count + " " + String.join(" ", Arrays.copyOfRange(figures, 2, 5)));
            say("heap_per_stream_" + count + "_bytes", (double) (after - before) / count);
            say("resident_per_stream_" + count + "_kB", (double) (resident - residentBefore) / count);
            say("threads_" + count, (double) status("Threads"));
        }
    }

    private void paced(int rate) throws IOException, InterruptedException {
        int count = idle[idle.length - 1];
        try (ClientPool pool = filled(target, count);
                PooledStream stream = pool.take(LONG)) {
            Load.ping(List.of(stream), WARM_UP);
            long cpu = Stats.processCpu();
            String[] figures = Load.ping(List.of(stream), (long) rate * PACED_SECONDS, rate)
                    .split(" ");
            double percent = (Stats.processCpu() - cpu) / 10.0 / PACED_SECONDS;
            console.print("rate_" + rate + "_idle_" + count + " " + String.join(" ", Arrays.copyOfRange(figures, 2, 5))
                    + " cpu=" + Figures.decimal(percent) + "%");
        }
    }

    private void bulk(int count, int streams) throws IOException, InterruptedException {
        try (ClientPool pool = filled(String.valueOf(sink), count)) {
            // Once for the compiler and for the congestion window.
            push(pool, streams, bulk / 4);
            say("bulk_" + streams + "_idle_" + count + "_MBps", push(pool, streams, bulk));
        }
    }

    private static double push(ClientPool pool, int streams, int megabytes) throws IOException, InterruptedException {
        List<PooledStream> taken = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            taken.add(pool.take(LONG));
        }
        long each = (long) megabytes * MILLION / streams;
        long start = System.nanoTime();
        Parallel.run(streams, thread -> {
            try (PooledStream stream = taken.get(thread)) {
                stream.readTimeout(LONG);
                Load.push(stream, each);
                // Its end says that everything was read.
                if (stream.inputStream().read() >= 0) {
                    throw new IOException("something came; is the server started with --serve sink?");
                }
            }
        });
        return each * streams * 1000.0 / (System.nanoTime() - start);
    }

    private void say(String what, double value) {
        console.print(what + " " + (value < 10 ? String.format(Locale.ROOT, "%.2f", value) : Figures.decimal(value)));
    }

    private static long heap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** A number of this process; 0 where the system does not report it. */
    private static long status(String what) throws IOException {
        Path file = Path.of("/proc/self/status");
        if (!Files.isReadable(file)) {
            return 0;
        }
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(what + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }
}
