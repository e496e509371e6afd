package io.quicpool.it.bench.rows;

import com.sun.management.OperatingSystemMXBean;
import io.quicpool.ClientPool;
import io.quicpool.PoolTimeoutException;
import io.quicpool.PooledStream;
import io.quicpool.it.support.PemFiles;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** What idle streams cost the process of their client: the time to open them, memory, and processor time while nothing happens. */
public final class IdlePool {

    private static final Duration LONG = Duration.ofMinutes(3);
    private static final int PINGS = 2_000;
    private static final int PING_BYTES = 64;

    private IdlePool() {}

    /** The figures, by name with unit. The server is one of the same row. */
    public static Map<String, Double> measure(
            PoolRow row, String host, int port, PemFiles keys, int streams, long idleMillis)
            throws IOException, InterruptedException {
        Map<String, Double> figures = new LinkedHashMap<>();
        long before = heap();
        long start = System.nanoTime();
        try (ClientPool pool = row.open(host, port, keys, streams)) {
            while (pool.idle() < streams) {
                if (System.nanoTime() - start > LONG.toNanos()) {
                    throw new IOException("not full: " + pool.snapshot());
                }
                LockSupport.parkNanos(200_000);
            }
            figures.put(streams + " streams: fill (ms)", (System.nanoTime() - start) / 1e6);
            figures.put(streams + " streams: heap of each (bytes)", (double) (heap() - before) / streams);
            figures.put(streams + " streams: idle (% of a processor)", cpuPercent(idleMillis));
            figures.put(streams + " streams: ping-pong of 64 bytes (us)", ping(pool));
            figures.put(streams + " streams: drained to the next stream (ms)", drained(pool));
        }
        return figures;
    }

    private static long heap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static double cpuPercent(long millis) {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long end = System.nanoTime() + millis * 1_000_000;
        long cpu = system.getProcessCpuTime();
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
        return (system.getProcessCpuTime() - cpu) / 1e4 / millis;
    }

    // The mean, after as many to warm up.
    private static double ping(ClientPool pool) throws IOException, InterruptedException {
        try (PooledStream stream = pool.take(LONG)) {
            ping(stream);
            long start = System.nanoTime();
            ping(stream);
            return (System.nanoTime() - start) / 1e3 / PINGS;
        }
    }

    private static void ping(PooledStream stream) throws IOException {
        byte[] bytes = new byte[PING_BYTES];
        for (int i = 0; i < PINGS; i++) {
            stream.outputStream().write(bytes);
            if (stream.inputStream().readNBytes(bytes, 0, bytes.length) < bytes.length) {
                throw new IOException("the stream has ended");
            }
        }
    }

    // Takes all that are idle; the next caller has to wait for a new one.
    private static double drained(ClientPool pool) throws InterruptedException {
        List<PooledStream> taken = new ArrayList<>();
        try {
            while (true) {
                taken.add(pool.take(Duration.ZERO));
            }
        } catch (PoolTimeoutException drained) {
            long start = System.nanoTime();
            taken.add(pool.take(LONG));
            return (System.nanoTime() - start) / 1e6;
        } finally {
            taken.forEach(PooledStream::close);
        }
    }
}
