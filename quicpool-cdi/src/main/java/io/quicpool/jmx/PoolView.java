package io.quicpool.jmx;

import io.quicpool.PoolSnapshot;
import io.quicpool.PoolTotals;
import io.quicpool.StreamPool;
import java.time.Duration;

/** A pool as an MXBean. The interfaces of the MXBeans read its attributes by the static methods. */
abstract class PoolView<P extends StreamPool> implements StreamPoolMXBean {

    final P pool;

    PoolView(P pool) {
        this.pool = pool;
    }

    // ---- where values come from

    static StreamPool poolOf(StreamPoolMXBean bean) {
        return ((PoolView<?>) bean).pool;
    }

    static PoolSnapshot snapshotOf(StreamPoolMXBean bean) {
        return poolOf(bean).snapshot();
    }

    static PoolTotals totalsOf(StreamPoolMXBean bean) {
        return snapshotOf(bean).totals();
    }

    static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    /** An exception without a cause, because a remote client may not have the class of the cause. */
    static IllegalArgumentException readable(IllegalArgumentException cause) {
        return new IllegalArgumentException(cause.getMessage());
    }

    // ---- operations

    @Override
    public void flush() {
        pool.flush();
    }

    @Override
    public void resetError() {
        pool.resetError();
    }

    @Override
    public void suspend() {
        pool.suspend();
    }

    @Override
    public void resume() {
        pool.resume();
    }

    @Override
    public String dump() {
        return pool.dump();
    }
}
