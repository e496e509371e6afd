package io.quicpool.core;

import io.quicpool.config.PoolConfig;
import io.quicpool.config.PoolOptions;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.report.Reason;
import io.quicpool.core.streams.IdleStreams;
import io.quicpool.core.streams.PoolStreams;
import io.quicpool.core.streams.Slot;
import java.time.Duration;

/** Evicts idle streams that are dead, surplus, idle for too long, or finished by their peer and not taken. Timer thread. */
final class IdleSweep {

    /**
     * How long an idle stream stays after its peer has sent a FIN. Somebody may still take it by its id. It uses
     * capacity and credit, so it must not stay for ever.
     */
    static final Duration MAX_UNCLAIMED = Duration.ofSeconds(30);

    // Streams that are idle for too long are replaced up to this part of the time earlier.
    private static final int EARLY = 10;

    private final PoolStreams streams;
    private final IdleStreams idleStreams;
    private final Metrics metrics;
    private final Runnable replenish;
    private final long maxIdleNanos;
    // When streams were last replaced, and how many the pool will have opened when others have taken their places.
    private long replacedAt;
    private long openedThen;

    IdleSweep(PoolConfig config, PoolStreams streams, Metrics metrics, Runnable replenish) {
        this.streams = streams;
        this.idleStreams = streams.index();
        this.metrics = metrics;
        this.replenish = replenish;
        Duration maxIdleTime = config.find(PoolOptions.MAX_IDLE_TIME);
        this.maxIdleNanos = maxIdleTime == null ? 0 : maxIdleTime.toNanos();
    }

    /** Of the surplus the oldest ones are evicted. */
    void run(int maxIdle) {
        run(maxIdle, System.nanoTime());
    }

    /** As {@link #run(int)} at a given nano time. */
    void run(int maxIdle, long now) {
        idleStreams.sweep();
        int replaceable = replaceable(now);
        int replaced = 0;
        for (Slot slot : idleStreams.oldestFirst()) {
            if (!slot.stream().alive()) {
                streams.evictDead(slot);
            } else if (slot.finishedFor(now) > MAX_UNCLAIMED.toNanos() && !idleStreams.suspended()) {
                streams.evict(slot, Reason.Evicted.PEER_ENDED);
            } else if (idleStreams.idle() > maxIdle) {
                streams.evict(slot, Reason.Evicted.SURPLUS);
            } else if (replaced < replaceable && isExpired(slot, now) && streams.evict(slot, Reason.Evicted.SURPLUS)) {
                replaced++;
            }
        }
        if (replaced > 0) {
            replacedAt = now;
            openedThen = metrics.opened() + replaced;
            replenish.run();
        }
    }

    // Few at a time, and the next ones when these are replaced, or could not be for long: so callers find idle streams.
    private int replaceable(long now) {
        if (maxIdleNanos == 0 || idleStreams.suspended()) {
            return 0;
        }
        boolean again = metrics.opened() >= openedThen || now - replacedAt > maxIdleNanos / EARLY;
        return again ? Math.max(1, (int) (Policy.LOW * idleStreams.idle())) : 0;
    }

    // Ids are random, so streams of the same age expire one after the other. The id exchange is too short to matter.
    private boolean isExpired(Slot slot, long now) {
        long early = maxIdleNanos / EARLY * (slot.id().value() & 0xff) / 0xff;
        return now - slot.since() > maxIdleNanos - early;
    }
}
