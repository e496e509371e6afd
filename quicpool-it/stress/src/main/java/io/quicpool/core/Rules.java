package io.quicpool.core;

import io.quicpool.config.CapacityBounds;
import java.util.function.IntSupplier;

/** The rules of client pools, for tests of other packages. */
public final class Rules {

    private Rules() {}

    /** As {@link Policy#missing}. */
    public static int missing(
            int capacity,
            IntSupplier opening,
            IntSupplier waiting,
            IntSupplier idle,
            CapacityBounds bounds,
            int credit) {
        return Policy.missing(capacity, opening, waiting, idle, bounds, credit);
    }
}
