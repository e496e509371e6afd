package io.quicpool.transport.netty;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits until what was written to closed streams is acknowledged. quiche tells nobody, so the event loop looks every other
 * millisecond; twice, for between a loss that was noticed and its being sent again nothing is in flight.
 */
final class Delivery {

    private static final int PAUSE_MILLIS = 2;

    private final NettyConnection connection;
    private final CompletableFuture<Boolean> outcome = new CompletableFuture<>();
    // The event loop's own.
    private int quiet;

    Delivery(NettyConnection connection) {
        this.connection = connection;
    }

    boolean await(Duration timeout) throws InterruptedException {
        try {
            connection.loop().execute(this::look);
            return outcome.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException | ExecutionException | TimeoutException e) {
            return false;
        } finally {
            outcome.cancel(false);
        }
    }

    private void look() {
        if (outcome.isDone()) {
            return;
        }
        if (!connection.alive()) {
            outcome.complete(false);
            return;
        }
        quiet = connection.isUnderWay() ? 0 : quiet + 1;
        if (quiet == 2) {
            outcome.complete(true);
        } else {
            var next = connection.loop().schedule(this::look, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            assert next != null;
        }
    }
}
