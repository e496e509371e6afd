package io.quicpool.testing;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A connection whose peer is not silent, and acknowledges nothing until a test says so. */
public final class UnacknowledgedConnection extends FakeConnection {

    private final CountDownLatch delivered = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    public void acknowledge() {
        delivered.countDown();
    }

    public boolean isClosed() {
        return closed.getCount() == 0;
    }

    @Override
    public boolean awaitDelivered(Duration timeout, Duration silence) {
        try {
            return delivered.await(timeout.toNanos(), TimeUnit.NANOSECONDS) && !isClosed();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close(long applicationErrorCode, String reason) {
        closed.countDown();
        delivered.countDown();
    }

    @Override
    public boolean awaitClosed(Duration timeout) {
        return isClosed();
    }
}
