package io.quicpool;

import io.quicpool.config.PoolLabel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The pool is closed, or was closed while the caller waited. */
public final class PoolClosedException extends PoolException {

    private static final long serialVersionUID = 1L;

    /** Makes the exception, see {@link PoolException}. */
    public PoolClosedException(
            PoolLabel pool, String what, Duration elapsed, @Nullable PoolSnapshot snapshot, @Nullable Throwable cause) {
        super(pool, what, elapsed, snapshot, cause);
    }
}
