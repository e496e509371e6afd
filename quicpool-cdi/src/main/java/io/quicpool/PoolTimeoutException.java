package io.quicpool;

import io.quicpool.config.PoolLabel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** No stream came in time. The pool still works, so the caller may try again. */
public final class PoolTimeoutException extends PoolException {

    private static final long serialVersionUID = 1L;

    /** Makes the exception, see {@link PoolException}. */
    public PoolTimeoutException(
            PoolLabel pool, String what, Duration elapsed, @Nullable PoolSnapshot snapshot, @Nullable Throwable cause) {
        super(pool, what, elapsed, snapshot, cause);
    }
}
