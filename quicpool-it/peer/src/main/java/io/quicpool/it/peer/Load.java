package io.quicpool.it.peer;

import io.quicpool.PooledStream;
import io.quicpool.StreamPool;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** The commands that make load and measure. */
final class Load {

    private static final int PING_BYTES = 64;
    private static final Duration STREAM_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration STALL = Duration.ofSeconds(20);

    private Load() {}

    /** Round trips against an echo, on all streams at once. A round trip of 20 s is a stall, and an error. */
    static String ping(List<PooledStream> streams, long rounds) throws IOException, InterruptedException {
        return ping(streams, rounds, 0);
    }

    /** The same at a fixed rate; 0 for no pause. */
    static String ping(List<PooledStream> streams, long rounds, int eachSecond)
            throws IOException, InterruptedException {
        long pause = eachSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / eachSecond;
        Figures figures = new Figures();
        Parallel.run(streams.size(), thread -> {
            PooledStream stream = streams.get(thread);
            stream.readTimeout(STALL);
            long[] nanos = new long[(int) rounds];
            byte[] ping = new byte[PING_BYTES];
            long begin = System.nanoTime();
            for (int round = 0; round < rounds; round++) {
                Arrays.fill(ping, (byte) round);
                until(begin + round * pause);
                long start = System.nanoTime();
                stream.outputStream().write(ping);
                byte[] pong = stream.inputStream().readNBytes(PING_BYTES);
                nanos[round] = System.nanoTime() - start;
                if (!Arrays.equals(ping, pong)) {
                    throw new IOException("round " + round + " of stream " + stream.id() + " came back different");
                }
            }
            figures.add(nanos);
        });
        return "ok " + figures.count() + " " + figures.text();
    }

    private static void until(long nanoTime) {
        for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    static String push(PooledStream stream, long bytes) throws IOException {
        byte[] block = new byte[(int) Math.min(bytes, 64 * 1024)];
        Arrays.fill(block, (byte) 'q');
        long start = System.nanoTime();
        for (long left = bytes; left > 0; left -= block.length) {
            stream.outputStream().write(block, 0, (int) Math.min(left, block.length));
        }
        stream.outputStream().close();
        return rate(bytes, System.nanoTime() - start);
    }

    static String sink(PooledStream stream) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        long bytes = 0;
        long start = System.nanoTime();
        InputStream in = stream.inputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            if (bytes == 0) {
                start = System.nanoTime();
            }
            bytes += read;
        }
        return rate(bytes, System.nanoTime() - start);
    }

    private static String rate(long bytes, long nanos) {
        return "ok " + bytes + " MBps=" + Figures.decimal(bytes * 1000.0 / Math.max(1, nanos));
    }

    /** Client-led: each request on a stream of its own, written, ended, its echo compared. */
    static String requests(StreamPool pool, int count, int threads, int bytes)
            throws IOException, InterruptedException {
        Figures figures = new Figures();
        AtomicInteger left = new AtomicInteger(count);
        long start = System.nanoTime();
        Parallel.run(threads, thread -> {
            byte[] request = new byte[bytes];
            ThreadLocalRandom.current().nextBytes(request);
            long[] nanos = new long[count];
            int done = 0;
            while (left.getAndDecrement() > 0) {
                long begin = System.nanoTime();
                try (PooledStream stream = pool.take(STREAM_TIMEOUT)) {
                    stream.readTimeout(STALL);
                    stream.outputStream().write(request);
                    stream.outputStream().close();
                    if (!Arrays.equals(stream.inputStream().readAllBytes(), request)) {
                        throw new IOException("the echo on stream " + stream.id() + " is different");
                    }
                }
                nanos[done++] = System.nanoTime() - begin;
            }
            figures.add(Arrays.copyOf(nanos, done));
        });
        double seconds = (System.nanoTime() - start) / 1e9;
        return "ok " + figures.count() + " " + figures.text() + " perSecond=" + Figures.decimal(count / seconds);
    }

    /** Client-led against {@code --serve stamp}: from the write to the start of the handler. */
    static String latency(StreamPool pool, int count) throws IOException, InterruptedException {
        Figures figures = new Figures();
        long[] nanos = new long[count];
        for (int i = 0; i < count; i++) {
            try (PooledStream stream = pool.take(STREAM_TIMEOUT)) {
                stream.readTimeout(STALL);
                long written = System.nanoTime();
                stream.outputStream()
                        .write(ByteBuffer.allocate(Long.BYTES).putLong(written).array());
                byte[] answer = stream.inputStream().readNBytes(Long.BYTES);
                if (answer.length < Long.BYTES) {
                    throw new IOException("no stamp came; is the server started with --serve stamp?");
                }
                nanos[i] = ByteBuffer.wrap(answer).getLong() - written;
            }
        }
        figures.add(nanos);
        return "ok " + count + " " + figures.text();
    }
}
