package io.quicpool.docs;

import io.quicpool.PoolObserver;
import io.quicpool.StreamPool;
import java.util.concurrent.TimeUnit;

/** The examples of docs/observability.md, compiled; {@link ReadmeTest} compares the two. */
public final class ObservabilityExample {

    private ObservabilityExample() {}

    // slow begins
    public static class SlowWaits implements PoolObserver {

        @Override
        public PoolObserver forPool(StreamPool pool) {
            return new OfOnePool(pool.name());
        }

        private record OfOnePool(String name) implements PoolObserver {

            @Override
            public void waited(long nanos, WaitEnd end) {
                if (end != WaitEnd.SERVED || nanos > TimeUnit.MILLISECONDS.toNanos(100)) {
                    System.getLogger("shop").log(System.Logger.Level.INFO, "{0}: {1} after {2} ns", name, end, nanos);
                }
            }
        }
    }
    // slow ends
}
