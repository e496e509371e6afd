package io.quicpool.jmx;

import io.quicpool.ClientPool;
import io.quicpool.config.CapacityBounds;
import io.quicpool.config.IntervalBounds;
import java.time.Duration;
import java.util.function.UnaryOperator;

final class ClientPoolView extends PoolView<ClientPool> implements ClientPoolMXBean {

    ClientPoolView(ClientPool pool) {
        super(pool);
    }

    // One at a time: two that change one bound each must not undo each other.
    private synchronized void capacity(UnaryOperator<CapacityBounds> change) {
        try {
            pool.capacityBounds(change.apply(pool.capacityBounds()));
        } catch (IllegalArgumentException e) {
            throw readable(e);
        }
    }

    private synchronized void interval(UnaryOperator<IntervalBounds> change) {
        try {
            pool.intervalBounds(change.apply(pool.intervalBounds()));
        } catch (IllegalArgumentException e) {
            throw readable(e);
        }
    }

    @Override
    public long getIntervalMillis() {
        return pool.interval().toMillis();
    }

    @Override
    public int getMinCapacity() {
        return pool.capacityBounds().min();
    }

    @Override
    public void setMinCapacity(int streams) {
        capacity(bounds -> new CapacityBounds(streams, bounds.max()));
    }

    @Override
    public int getMaxCapacity() {
        return pool.capacityBounds().max();
    }

    @Override
    public void setMaxCapacity(int streams) {
        capacity(bounds -> new CapacityBounds(bounds.min(), streams));
    }

    @Override
    public long getMinIntervalMillis() {
        return pool.intervalBounds().min().toMillis();
    }

    @Override
    public void setMinIntervalMillis(long millis) {
        interval(bounds -> new IntervalBounds(Duration.ofMillis(millis), bounds.max()));
    }

    @Override
    public long getMaxIntervalMillis() {
        return pool.intervalBounds().max().toMillis();
    }

    @Override
    public void setMaxIntervalMillis(long millis) {
        interval(bounds -> new IntervalBounds(bounds.min(), Duration.ofMillis(millis)));
    }
}
