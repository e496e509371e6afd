package io.quicpool.it.bench;

import io.quicpool.it.bench.rows.Row;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Callers that each send the next request when they have the answer to the last one. */
final class Callers {

    private static final int MAX_SAMPLES = 4_000_000;

    private final Row.Client client;
    private final int callers;
    private final byte[] request;
    private final boolean virtual;

    Callers(Row.Client client, int callers, int bytes, boolean virtual) {
        this.client = client;
        this.callers = callers;
        this.request = new byte[bytes];
        Arrays.fill(request, (byte) 7);
        this.virtual = virtual;
    }

    /** What was measured. */
    record Outcome(double perSecond, double p50, double p99, double p999) {

        /** As one line. */
        String line() {
            return perSecond + " " + p50 + " " + p99 + " " + p999;
        }

        static Outcome parse(String line) {
            String[] words = line.split(" ");
            return new Outcome(
                    Double.parseDouble(words[0]),
                    Double.parseDouble(words[1]),
                    Double.parseDouble(words[2]),
                    Double.parseDouble(words[3]));
        }
    }

    /** Asks for so long. */
    Outcome run(long nanos) throws Exception {
        long start = System.nanoTime();
        List<Caller> all = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            all.add(new Caller(start + nanos));
        }
        if (client.blocks()) {
            inThreads(all);
        } else {
            all.forEach(Caller::next);
            for (Caller each : all) {
                each.done.get();
            }
        }
        return outcome(all, System.nanoTime() - start);
    }

    private void inThreads(List<Caller> all) throws Exception {
        ExecutorService threads = threads();
        try {
            List<Future<?>> running = new ArrayList<>();
            for (Caller each : all) {
                running.add(threads.submit(each::block));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a caller failed", e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private ExecutorService threads() {
        ExecutorService made = virtual ? virtualThreads() : null;
        return made == null ? Executors.newFixedThreadPool(callers) : made;
    }

    /** Virtual threads, from Java 21 on; null before. */
    static @Nullable ExecutorService virtualThreads() {
        try {
            Method made = Executors.class.getMethod("newVirtualThreadPerTaskExecutor");
            return (ExecutorService) made.invoke(null);
        } catch (ReflectiveOperationException before21) {
            return null;
        }
    }

    private static Outcome outcome(List<Caller> all, long took) {
        int count = all.stream().mapToInt(caller -> caller.count).sum();
        long[] sorted = new long[count];
        int at = 0;
        for (Caller each : all) {
            System.arraycopy(each.nanos, 0, sorted, at, each.count);
            at += each.count;
        }
        Arrays.sort(sorted);
        return new Outcome(count / (took / 1e9), at(sorted, 0.5), at(sorted, 0.99), at(sorted, 0.999));
    }

    private static double at(long[] sorted, double part) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) ((sorted.length - 1) * part)] / 1e6;
    }

    private final class Caller {

        private final long end;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private long[] nanos = new long[1024];
        private int count;

        Caller(long end) {
            this.end = end;
        }

        private void add(byte[] answer, long start, long now) {
            if (answer.length != request.length) {
                throw new IllegalStateException(answer.length + " bytes came back of " + request.length);
            }
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, Math.min(2 * count, MAX_SAMPLES));
            }
            nanos[count++] = now - start;
        }

        Void block() throws Exception {
            long start = System.nanoTime();
            while (start - end < 0) {
                byte[] answer = client.call(request);
                long now = System.nanoTime();
                add(answer, start, now);
                start = now;
            }
            return null;
        }

        // A loop while answers are there at once, so that the stack does not grow.
        void next() {
            while (true) {
                long start = System.nanoTime();
                if (start - end >= 0) {
                    done.complete(null);
                    return;
                }
                CompletableFuture<byte[]> asked = client.ask(request);
                if (!asked.isDone()) {
                    asked.whenComplete((answer, failure) -> answered(answer, failure, start));
                    return;
                }
                try {
                    add(asked.join(), start, System.nanoTime());
                } catch (RuntimeException e) {
                    done.completeExceptionally(e);
                    return;
                }
            }
        }

        private void answered(byte[] answer, @Nullable Throwable failure, long start) {
            try {
                if (failure != null) {
                    throw new IllegalStateException("a request failed", failure);
                }
                add(answer, start, System.nanoTime());
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
                return;
            }
            next();
        }
    }
}
