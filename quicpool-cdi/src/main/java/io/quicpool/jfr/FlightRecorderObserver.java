package io.quicpool.jfr;

import io.quicpool.ClientPool;
import io.quicpool.PoolObserver;
import io.quicpool.StreamPool;
import io.quicpool.config.PoolLabel;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Observes each pool for the flight recorder, where there is one: the module {@code jdk.jfr} is optional, and WildFly hides it from
 * applications. Found as a service.
 */
public final class FlightRecorderObserver implements PoolObserver {

    /** For {@link java.util.ServiceLoader}. */
    public FlightRecorderObserver() {}

    @Override
    public @Nullable PoolObserver forPool(StreamPool pool) {
        try {
            if (!FlightRecorder.isAvailable()) {
                return null;
            }
        } catch (NoClassDefFoundError absent) {
            return null;
        }
        PoolLabel label = pool instanceof ClientPool ? PoolLabel.client(pool.name()) : PoolLabel.server(pool.name());
        return new RecordedPool(label.toString());
    }
}
