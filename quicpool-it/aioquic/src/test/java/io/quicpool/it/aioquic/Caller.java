package io.quicpool.it.aioquic;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** An honest caller: a request every few milliseconds, each on its own stream. Measures each from the take to the end of the answer. */
final class Caller implements AutoCloseable {

    private static final Duration MAX_WAIT = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(4);

    /** The round trips of a period, in nanoseconds, sorted, and the failures. */
    record Trips(List<Long> nanos, List<String> failures) {

        double medianMillis() {
            return nanos.isEmpty() ? 0 : nanos.get(nanos.size() / 2) / 1e6;
        }

        double worstMillis() {
            return nanos.isEmpty() ? 0 : nanos.get(nanos.size() - 1) / 1e6;
        }
    }

    private final ClientPool pool;
    private final Thread thread;
    // Guarded by this.
    private List<Long> nanos = new ArrayList<>();
    private List<String> failures = new ArrayList<>();
    private int finished;
    private volatile boolean stopped;

    Caller(ClientPool pool) {
        this.pool = pool;
        thread = new Thread(this::run, "honest caller");
        thread.start();
    }

    private void run() {
        byte[] request = new byte[64];
        for (int i = 0; !stopped; i++) {
            Arrays.fill(request, (byte) i);
            long begin = System.nanoTime();
            String failure = ask(request);
            finished(System.nanoTime() - begin, failure);
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private String ask(byte[] request) {
        try (PooledStream stream = pool.take(MAX_WAIT)) {
            stream.readTimeout(MAX_WAIT);
            stream.outputStream().write(request);
            stream.outputStream().close();
            byte[] answer = stream.inputStream().readAllBytes();
            return Arrays.equals(answer, request) ? "" : "answer of " + answer.length + " bytes";
        } catch (IOException | RuntimeException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped = true;
            return "";
        }
    }

    private synchronized void finished(long took, String failure) {
        nanos.add(took);
        finished++;
        if (!failure.isEmpty()) {
            failures.add(failure);
        }
        notifyAll();
    }

    /** The round trips since the last call, and some more. */
    synchronized Trips trips(int more) throws InterruptedException {
        // The one in progress counts too, because it may be the slowest.
        int wanted = finished + more + 1;
        while (finished < wanted) {
            wait();
        }
        Collections.sort(nanos);
        Trips trips = new Trips(nanos, failures);
        nanos = new ArrayList<>();
        failures = new ArrayList<>();
        return trips;
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
