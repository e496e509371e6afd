package io.quicpool;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The pool is closed, or closed while the caller was waiting. */
public final class PoolClosedException extends PoolException {

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
    public PoolClosedException(
            String poolName,
            String what,
            Duration elapsed,
            @Nullable PoolSnapshot snapshot,
            @Nullable Throwable cause) {
        super(poolName, what, elapsed, snapshot, cause);
    }
}
