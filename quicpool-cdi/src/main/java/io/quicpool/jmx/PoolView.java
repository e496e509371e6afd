package io.quicpool.jmx;

import io.quicpool.PoolSnapshot;
import io.quicpool.StreamPool;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The attributes and operations that both kinds of pools have. */
abstract class PoolView<P extends StreamPool> implements StreamPoolMXBean {

    final P pool;

    PoolView(P pool) {
        this.pool = pool;
    }

    private PoolSnapshot snapshot() {
        return pool.snapshot();
    }

    private PoolSnapshot.Totals totals() {
        return snapshot().totals();
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    /** An exception without a cause, because a remote client may not have the class of the cause. */
    static IllegalArgumentException readable(IllegalArgumentException cause) {
        return new IllegalArgumentException(cause.getMessage());
    }

    @Override
    public String getName() {
        return pool.name();
    }

    @Override
    public boolean isReady() {
        return pool.ready();
    }

    @Override
    public String getState() {
        return pool.state().name();
    }

    @Override
    public String getLink() {
        return snapshot().link();
    }

    @Override
    public List<ConnectionData> getConnections() {
        return snapshot().peers().stream().map(ConnectionData::of).toList();
    }

    @Override
    public int getIdle() {
        return pool.idle();
    }

    @Override
    public int getActive() {
        return pool.idle();
    }

    @Override
    public int getOpening() {
        return snapshot().opening();
    }

    @Override
    public int getTaken() {
        return snapshot().taken();
    }

    @Override
    public int getWaiting() {
        return snapshot().waiting();
    }

    @Override
    public int getCapacity() {
        return pool.capacity();
    }

    @Override
    public long getErrorCount() {
        return pool.errorCount();
    }

    @Override
    public @Nullable String getLastError() {
        return snapshot().lastError();
    }

    @Override
    public long getOpened() {
        return totals().opened();
    }

    @Override
    public long getFailed() {
        return totals().failed();
    }

    @Override
    public long getHandedOut() {
        return totals().handedOut();
    }

    @Override
    public long getTimeouts() {
        return totals().timeouts();
    }

    @Override
    public long getConnects() {
        return totals().connects();
    }

    @Override
    public long getLost() {
        return totals().lost();
    }

    @Override
    public Map<String, Long> getEvicted() {
        return totals().evicted();
    }

    @Override
    public Map<String, Long> getRefused() {
        return totals().refused();
    }

    @Override
    public double getMeanWaitMillis() {
        return millis(totals().waitMean());
    }

    @Override
    public double getMaxWaitMillis() {
        return millis(totals().waitMax());
    }

    @Override
    public double getMeanOpenMillis() {
        return millis(totals().openMean());
    }

    @Override
    public double getMaxOpenMillis() {
        return millis(totals().openMax());
    }

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
}
