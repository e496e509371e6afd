package io.quicpool.it.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quicpool.ClientPool;
import io.quicpool.RequestException;
import io.quicpool.cdi.PoolEvent;
import io.quicpool.cdi.QuicPool;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/** Callers of two services. Their number rises and falls. */
@ApplicationScoped
public class Traffic {

    private static final int MAX_CALLERS = 20;
    private static final double WAVE_SECONDS = 20;
    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final String REQUEST = "how many are left?";

    private final ClientPool orders;
    private final ClientPool self;
    private final List<Thread> callers = new CopyOnWriteArrayList<>();
    private final LongAdder answered = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private volatile boolean on = true;

    Traffic(@QuicPool("orders") ClientPool orders, @QuicPool("self") ClientPool self) {
        this.orders = orders;
        this.self = self;
    }

    /** Each pool gets its callers when it is ready, so that no request fails only because the demo is starting. */
    void ready(@Observes PoolEvent.Ready event) {
        if (!(event.pool() instanceof ClientPool)) {
            return;
        }
        if (event.pool().name().equals(orders.name())) {
            IntStream.range(0, MAX_CALLERS).forEach(caller -> start(caller, orders));
        } else {
            IntStream.range(0, MAX_CALLERS / 4).forEach(caller -> start(caller * 4, self));
        }
    }

    private void start(int caller, ClientPool pool) {
        Thread thread = new Thread(() -> call(caller, pool), "caller-" + pool.name() + "-" + caller);
        thread.setDaemon(true);
        callers.add(thread);
        thread.start();
    }

    boolean on() {
        return on;
    }

    void turn(boolean wanted) {
        on = wanted;
    }

    long answered() {
        return answered.sum();
    }

    long failed() {
        return failed.sum();
    }

    private void call(int caller, ClientPool pool) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                if (on && caller < callersNow()) {
                    ask(pool);
                }
                TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(20, 100));
            }
        } catch (InterruptedException e) {
            // The demo ends.
        }
    }

    private static double callersNow() {
        double phase = System.nanoTime() / 1e9 / WAVE_SECONDS * 2 * Math.PI;
        return 2 + (MAX_CALLERS - 2) * (1 + Math.sin(phase)) / 2;
    }

    private void ask(ClientPool pool) throws InterruptedException {
        try {
            byte[] answer = pool.requestBlocking(REQUEST.getBytes(UTF_8), WAIT);
            if (!new String(answer, UTF_8).equals(REQUEST)) {
                throw new IllegalStateException("the answer is not the request");
            }
            answered.increment();
        } catch (RequestException e) {
            // The peer is down, or no answer came in time. The page shows it.
            failed.increment();
        }
    }

    @PreDestroy
    void stop() {
        callers.forEach(Thread::interrupt);
    }
}
