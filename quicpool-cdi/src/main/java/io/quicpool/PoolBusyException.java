package io.quicpool;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * There is no stream now, and too many callers wait already ({@code max-waiting}): the call was refused at once. The pool goes on; try
 * again later, or less often.
 */
public final class PoolBusyException extends PoolException {

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
    public PoolBusyException(
            String poolName,
            String what,
            Duration elapsed,
            @Nullable PoolSnapshot snapshot,
            @Nullable Throwable cause) {
        super(poolName, what, elapsed, snapshot, cause);
    }
}
