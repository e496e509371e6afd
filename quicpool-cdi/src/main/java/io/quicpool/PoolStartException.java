package io.quicpool;

import io.quicpool.config.PoolLabel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The pool could not start: for example, its address is in use, or its certificate is not usable. */
public final class PoolStartException extends PoolException {

    private static final long serialVersionUID = 1L;

    /** Makes the exception, see {@link PoolException}. */
    public PoolStartException(
            PoolLabel pool, String what, Duration elapsed, @Nullable PoolSnapshot snapshot, @Nullable Throwable cause) {
        super(pool, what, elapsed, snapshot, cause);
    }
}
