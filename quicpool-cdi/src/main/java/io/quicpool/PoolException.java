package io.quicpool;

import io.quicpool.config.PoolLabel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A call to a pool failed. Has the name of the pool, how long the call took, and a snapshot of the pool. */
public class PoolException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The name of the pool. */
    private final String poolName;

    /** How long the call took. */
    private final Duration elapsed;

    private final transient @Nullable PoolSnapshot snapshot;

    /**
     * Makes an exception whose message is {@code KIND NAME: WHAT}, followed by the snapshot in one line.
     *
     * @param pool the kind and the name of the pool
     * @param what what happened
     * @param elapsed how long the call took
     * @param snapshot the pool at that moment; null when there is no pool yet
     * @param cause the last known cause; null when there is none
     */
    public PoolException(
            PoolLabel pool, String what, Duration elapsed, @Nullable PoolSnapshot snapshot, @Nullable Throwable cause) {
        super(pool + ": " + what + (snapshot == null ? "" : " (" + snapshot.summary() + ")"), cause);
        this.poolName = pool.name();
        this.elapsed = elapsed;
        this.snapshot = snapshot;
    }

    /** The name of the pool. */
    public String poolName() {
        return poolName;
    }

    /** How long the call took until it failed. */
    public Duration elapsed() {
        return elapsed;
    }

    /**
     * The pool at the moment when the call failed.
     *
     * @return the snapshot; null when there was no pool yet, or after serialization
     */
    public @Nullable PoolSnapshot snapshot() {
        return snapshot;
    }
}
