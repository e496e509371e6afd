package io.quicpool;

import io.quicpool.config.PoolLabel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * No stream is idle, and {@code max-waiting} callers wait already, so the call was refused at once. The pool still works:
 * try again later, or less often.
 */
public final class PoolBusyException extends PoolException {

    private static final long serialVersionUID = 1L;

    /** Makes the exception, see {@link PoolException}. */
    public PoolBusyException(
            PoolLabel pool, String what, Duration elapsed, @Nullable PoolSnapshot snapshot, @Nullable Throwable cause) {
        super(pool, what, elapsed, snapshot, cause);
    }
}
