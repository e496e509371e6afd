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

    static ClientPool clientOf(ClientPoolMXBean bean) {
        return ((ClientPoolView) bean).pool;
    }

    // Synchronized, so that two calls that change one bound each do not undo each other.
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

    // The message has the attribute and its unit. The message of the settings has the property, in seconds or minutes.
    private static Duration millis(String attribute, long value, Duration least, Duration most) {
        checked(attribute, value, least.toMillis(), most.toMillis());
        return Duration.ofMillis(value);
    }

    private static int checked(String attribute, int value, int least, int most) {
        checked(attribute, (long) value, least, most);
        return value;
    }

    private static void checked(String attribute, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(attribute + " = " + value + ": must be from " + least + " to " + most);
        }
    }

    @Override
    public void setMinCapacity(int streams) {
        capacity(bounds -> new CapacityBounds(checked("MinCapacity", streams, 1, bounds.max()), bounds.max()));
    }

    @Override
    public void setMaxCapacity(int streams) {
        capacity(bounds ->
                new CapacityBounds(bounds.min(), checked("MaxCapacity", streams, bounds.min(), CapacityBounds.LIMIT)));
    }

    @Override
    public void setMinIntervalMillis(long millis) {
        interval(bounds -> new IntervalBounds(
                millis("MinIntervalMillis", millis, IntervalBounds.MIN_INTERVAL, bounds.max()), bounds.max()));
    }

    @Override
    public void setMaxIntervalMillis(long millis) {
        interval(bounds -> new IntervalBounds(
                bounds.min(), millis("MaxIntervalMillis", millis, bounds.min(), IntervalBounds.MAX_INTERVAL)));
    }
}
