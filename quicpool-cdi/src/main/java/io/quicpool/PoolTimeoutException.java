package io.quicpool;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** No stream came in time. The pool goes on; trying again is reasonable. */
public final class PoolTimeoutException extends PoolException {

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
    public PoolTimeoutException(
            String poolName,
            String what,
            Duration elapsed,
            @Nullable PoolSnapshot snapshot,
            @Nullable Throwable cause) {
        super(poolName, what, elapsed, snapshot, cause);
    }
}
