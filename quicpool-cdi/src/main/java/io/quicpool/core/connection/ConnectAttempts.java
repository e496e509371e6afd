package io.quicpool.core.connection;

import io.quicpool.core.threads.PoolThreads;
import io.quicpool.transport.CloseReason;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one {@link ClientConnection} to connect, one at a time. An attempt blocks the pool's connector thread;
 * the timer thread starts it and gets its outcome.
 */
final class ConnectAttempts {

    private final PoolThreads threads;
    private final Connector connector;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean attempting;
    private volatile boolean closed;
    private @Nullable Future<?> last;

    ConnectAttempts(PoolThreads threads, Connector connector) {
        this.threads = threads;
        this.connector = connector;
    }

    /** Starts an attempt. One of the two actions gets its outcome, on the timer thread. */
    void start(ConnectionEvents events, Consumer<Connection> connected, Consumer<Throwable> failed) {
        last = threads.connect(() -> run(events, connected, failed));
    }

    // On the connector thread. Every failure must lead to another attempt, also an error of a resolver.
    @SuppressWarnings("CatchingUnchecked")
    private void run(ConnectionEvents events, Consumer<Connection> connected, Consumer<Throwable> failed) {
        attempting = true;
        try {
            if (closed) {
                return;
            }
            Connection made = connector.connect(events);
            threads.decide(() -> connected.accept(made));
            if (closed) {
                made.close(0, CloseReason.POOL_CLOSED);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception | Error e) {
            threads.decide(() -> failed.accept(e));
        } finally {
            attempting = false;
            if (closed) {
                ended.countDown();
            }
        }
    }

    /** Whether the last attempt is over. Its outcome may be on its way, or lost. */
    boolean isLastDone() {
        Future<?> attempt = last;
        return attempt != null && attempt.isDone();
    }

    /** No further attempt follows. */
    void end() {
        closed = true;
        if (!attempting) {
            ended.countDown();
        }
    }

    /** Interrupts a running attempt. No further one follows, and a connection that this one makes is closed. */
    void close() {
        closed = true;
        Future<?> running = last;
        if (running != null) {
            running.cancel(true);
        }
        if (!attempting) {
            ended.countDown();
        } else if (connector.isLookingUp()) {
            threads.abandonConnector();
            ended.countDown();
        }
    }

    /** Waits until no attempt runs any more. */
    boolean awaitEnd(long nanos) throws InterruptedException {
        return ended.await(nanos, TimeUnit.NANOSECONDS);
    }

    boolean isEnded() {
        return ended.getCount() == 0;
    }
}
