package io.quicpool;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A pool could not do what was asked of it; says which pool, for how long it tried and how it stood. */
public class PoolException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The pool that was asked. */
    private final String poolName;

    /** How long the call had taken. */
    private final Duration elapsed;

    private final transient @Nullable PoolSnapshot snapshot;

    /**
     * Makes an exception whose message is {@code pool "NAME": WHAT} and the snapshot in short.
     *
     * @param poolName the pool
     * @param what what went wrong
     * @param elapsed how long the call had taken
     * @param snapshot how the pool stood; null when there is no pool yet
     * @param cause the last known cause; null when there is none
     */
    public PoolException(
            String poolName,
            String what,
            Duration elapsed,
            @Nullable PoolSnapshot snapshot,
            @Nullable Throwable cause) {
        super("pool \"" + poolName + "\": " + what + (snapshot == null ? "" : " (" + snapshot.summary() + ")"), cause);
        this.poolName = poolName;
        this.elapsed = elapsed;
        this.snapshot = snapshot;
    }

    /**
     * The pool that was asked.
     *
     * @return its name
     */
    public String poolName() {
        return poolName;
    }

    /**
     * How long the call had taken when it failed.
     *
     * @return the time
     */
    public Duration elapsed() {
        return elapsed;
    }

    /**
     * How the pool stood when the call failed.
     *
     * @return the snapshot; null when the pool was not built yet, or after the exception was serialized
     */
    public @Nullable PoolSnapshot snapshot() {
        return snapshot;
    }
}
