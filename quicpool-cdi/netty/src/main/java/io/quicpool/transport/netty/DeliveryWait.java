package io.quicpool.transport.netty;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits until everything that was written to closed streams is acknowledged. quiche has no event for that, so the event loop checks every
 * 2 ms. It takes two checks in a row: between the detection of a loss and its retransmission nothing is in flight.
 */
final class DeliveryWait {

    private static final int PAUSE_MILLIS = 2;

    private final NettyConnection connection;
    private final long silence;
    private final CompletableFuture<Boolean> outcome = new CompletableFuture<>();
    // Only for the event loop.
    private int quiet;
    private long received;
    private long lastReceived = System.nanoTime();

    /**
     * Makes a wait.
     *
     * @param silence ends it early: nothing has arrived from the peer for so long
     */
    DeliveryWait(NettyConnection connection, Duration silence) {
        this.connection = connection;
        this.silence = silence.toNanos();
    }

    boolean await(Duration timeout) throws InterruptedException {
        try {
            connection.loop().execute(this::check);
            return outcome.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException | ExecutionException | TimeoutException e) {
            return false;
        } finally {
            outcome.cancel(false);
        }
    }

    private void check() {
        if (outcome.isDone()) {
            return;
        }
        if (!connection.alive() || isSilent()) {
            outcome.complete(false);
            return;
        }
        quiet = connection.isDeliveryPending() ? 0 : quiet + 1;
        if (quiet == 2) {
            outcome.complete(true);
        } else {
            var next = connection.loop().schedule(this::check, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            assert next != null;
        }
    }

    private boolean isSilent() {
        long now = System.nanoTime();
        long packets = connection.packetsReceived();
        if (packets != received) {
            received = packets;
            lastReceived = now;
        }
        return now - lastReceived >= silence;
    }
}
