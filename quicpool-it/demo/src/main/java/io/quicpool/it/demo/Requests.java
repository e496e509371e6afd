package io.quicpool.it.demo;

import io.quicpool.ClientPool;
import io.quicpool.PoolException;
import io.quicpool.PooledStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** A few callers of a service, each with a request now and then, and the service: it sends back what it gets. */
final class Requests implements AutoCloseable {

    private static final int CALLERS = 4;
    private static final int REQUEST_BYTES = 1024;
    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final long PAUSE_MILLIS = 15;

    private final ClientPool client;
    private final LongAdder served = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final List<Thread> callers = new ArrayList<>();

    Requests(ClientPool client) {
        this.client = client;
    }

    void start() {
        for (int caller = 1; caller <= CALLERS; caller++) {
            Thread thread = new Thread(this::call, "demo-caller-" + caller);
            thread.setDaemon(true);
            callers.add(thread);
            thread.start();
        }
    }

    long served() {
        return served.sum();
    }

    long failed() {
        return failed.sum();
    }

    private void call() {
        byte[] request = new byte[REQUEST_BYTES];
        ThreadLocalRandom.current().nextBytes(request);
        try {
            while (!Thread.interrupted()) {
                try (PooledStream stream = client.incomingGet(WAIT)) {
                    stream.readTimeout(WAIT);
                    stream.outputStream().write(request);
                    stream.outputStream().close();
                    if (!Arrays.equals(stream.inputStream().readAllBytes(), request)) {
                        throw new IOException("the answer is not the request");
                    }
                    served.increment();
                } catch (IOException | PoolException e) {
                    // The server is away: seen in the table.
                    failed.increment();
                }
                TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(2 * PAUSE_MILLIS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static void echo(PooledStream stream) throws IOException {
        stream.outputStream().write(stream.inputStream().readAllBytes());
    }

    @Override
    public void close() {
        callers.forEach(Thread::interrupt);
    }
}
