package io.quicpool.jfr;

import io.quicpool.PoolObserver;
import io.quicpool.config.Endpoint;
import java.net.InetSocketAddress;

/** Makes the events of one pool. Events of a kind that nobody records cost one check. */
final class RecordedPool implements PoolObserver {

    // Only asked whether their kind is recorded, because an event that is made is allocated.
    private static final PoolEvents.StreamWait WAIT = new PoolEvents.StreamWait("", 0, "");
    private static final PoolEvents.StreamOpen OPEN = new PoolEvents.StreamOpen("", 0);
    private static final PoolEvents.StreamUse USE = new PoolEvents.StreamUse("", 0, "");
    private static final PoolEvents.Refusal REFUSAL = new PoolEvents.Refusal("", "");

    private final String pool;

    RecordedPool(String pool) {
        this.pool = pool;
    }

    @Override
    public void waited(long nanos, WaitEnd end) {
        if (WAIT.isEnabled()) {
            new PoolEvents.StreamWait(pool, nanos, end.name()).commit();
        }
    }

    @Override
    public void opened(long nanos) {
        if (OPEN.isEnabled()) {
            new PoolEvents.StreamOpen(pool, nanos).commit();
        }
    }

    @Override
    public void used(long nanos, UseEnd end) {
        if (USE.isEnabled()) {
            new PoolEvents.StreamUse(pool, nanos, end.name()).commit();
        }
    }

    @Override
    public void leaked(long nanos) {
        new PoolEvents.StreamLeak(pool, nanos).commit();
    }

    @Override
    public void evicted(String reason) {
        new PoolEvents.StreamEviction(pool, reason).commit();
    }

    @Override
    public void connected(InetSocketAddress peer) {
        new PoolEvents.Connection(pool, "connected", Endpoint.text(peer), "").commit();
    }

    @Override
    public void connectionLost(InetSocketAddress peer, String reason) {
        new PoolEvents.Connection(pool, "lost", Endpoint.text(peer), reason).commit();
    }

    @Override
    public void connectFailed(String reason) {
        new PoolEvents.Connection(pool, "failed", "", reason).commit();
    }

    @Override
    public void boundsChanged(String what, String before, String now) {
        new PoolEvents.BoundsChange(pool, what, before, now).commit();
    }

    @Override
    public void refused(String reason) {
        if (REFUSAL.isEnabled()) {
            new PoolEvents.Refusal(pool, reason).commit();
        }
    }
}
