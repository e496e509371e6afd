package io.quicpool;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The pool could not start: its address is in use or not of this machine, or its certificate is not usable. */
public final class PoolStartException extends PoolException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception; see {@link PoolException}.
     *
     * @param poolName the pool
     * @param what what went wrong
     * @param elapsed how long the call had taken
     * @param snapshot how the pool stood
     * @param cause the last known cause
     */
    public PoolStartException(
            String poolName,
            String what,
            Duration elapsed,
            @Nullable PoolSnapshot snapshot,
            @Nullable Throwable cause) {
        super(poolName, what, elapsed, snapshot, cause);
    }
}
