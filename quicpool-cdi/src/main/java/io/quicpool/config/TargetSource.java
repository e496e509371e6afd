package io.quicpool.config;

import java.time.Duration;
import java.util.Collection;

/**
 * Knows the targets of a client pool and tells it each change. Applications may implement it, see
 * {@link ClientPoolConfigBuilder#targetSource}; {@link TargetSourceProvider} makes one for a URI.
 *
 * <p>A source may serve several pools, at the same time or one after the other.
 */
@FunctionalInterface
public interface TargetSource {

    /** What a source tells a pool. Any thread may call it; no method blocks. What comes after the subscription was closed is ignored. */
    interface Listener {

        /**
         * The name of the pool, for names of threads and messages.
         *
         * @return as in {@link PoolConfig#name}
         */
        String pool();

        /**
         * These are the targets now. The pool fills those that are new, and drains those that are gone. No target at all counts as
         * well: callers then wait for one.
         *
         * @param targets all of them, not only what changed
         */
        void targets(Collection<TargetAddress> targets);

        /**
         * The targets cannot be found out at the moment. The pool keeps those that it has, and logs the first failure in a row.
         *
         * @param cause its message is logged
         */
        void failed(Throwable cause);
    }

    /** A pool that gets targets from a source. */
    @FunctionalInterface
    interface Subscription extends AutoCloseable {

        /** Ends what {@link TargetSource#open} has begun. Does not wait for it. Called once. */
        @Override
        void close();
    }

    /**
     * Begins to tell a pool its targets. Must not block: what does, such as a look-up, needs a thread of the source.
     *
     * @param listener is told the targets, the first time as soon as they are known
     * @return closed when the pool is
     */
    Subscription open(Listener listener);

    /** Finds out the targets for {@link #polling}. Applications may implement it. */
    @FunctionalInterface
    interface Lookup {

        /**
         * Finds out the targets. May block.
         *
         * @return all targets
         * @throws Exception when they cannot be found out at the moment
         */
        Collection<TargetAddress> targets() throws Exception;
    }

    /**
     * A source that asks again and again, on a daemon thread for each pool. After a failure it asks again after a second, then after
     * two, then four, up to the interval.
     *
     * @param interval from an answer to the next question
     * @param lookup is asked
     */
    static TargetSource polling(Duration interval, Lookup lookup) {
        return new PollingSource(interval, pool -> listener -> listener.targets(lookup.targets()));
    }
}
