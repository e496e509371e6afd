package io.quicpool.core.streams;

import io.quicpool.config.Endpoint;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.report.PoolLog;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds streams that were taken and not closed, each once. One that is in use for longer than {@code leak-detection-threshold} is logged
 * with the place where it was taken. One whose {@link io.quicpool.PooledStream} is garbage is reset, always. Checks on the timer thread.
 */
final class Leaks {

    /** Maximum number of messages of one check. Further streams are in one message, or in those of the next check. */
    static final int MAX_MESSAGES = 100;

    private final SlotIndex index;
    private final PoolLog log;
    private final Metrics metrics;
    // In nanoseconds, 0 for none.
    private final long threshold;
    private final ReferenceQueue<Lease> lost = new ReferenceQueue<>();

    Leaks(SlotIndex index, PoolLog log, Metrics metrics, Duration threshold) {
        this.index = index;
        this.log = log;
        this.metrics = metrics;
        this.threshold = threshold.toNanos();
    }

    /** A caller gets a stream. Null for {@code by} when that is the calling thread. */
    void begin(Slot slot, Lease lease, @Nullable TakenBy by) {
        slot.use(new Use(lease, slot, lost), threshold == 0 || by != null ? by : TakenBy.thisThread());
    }

    /**
     * Looks for both kinds.
     *
     * @param end ends a stream whose caller has lost it; returns whether it was still in use
     */
    void check(Predicate<Slot> end) {
        endLost(end);
        if (threshold != 0) {
            reportOverdue(System.nanoTime());
        }
    }

    private void endLost(Predicate<Slot> end) {
        int found = 0;
        for (Reference<? extends Lease> use = lost.poll(); use != null; use = lost.poll()) {
            Slot slot = ((Use) use).slot();
            if (slot.isUsedBy(use) && end.test(slot) && !slot.isLeakReported()) {
                found++;
                report(slot, "was garbage without having been closed, and was reset", found <= MAX_MESSAGES);
            }
        }
        if (found > MAX_MESSAGES) {
            log.warning(found - MAX_MESSAGES + " more streams were garbage without having been closed");
        }
    }

    private void reportOverdue(long now) {
        int found = 0;
        for (Slot slot : index.live()) {
            if (slot.isTaken() && slot.takenAt() != 0 && now - slot.takenAt() > threshold && !slot.isLeakReported()) {
                report(slot, "is still in use (leak-detection-threshold)", true);
                if (++found == MAX_MESSAGES) {
                    return;
                }
            }
        }
    }

    private void report(Slot slot, String what, boolean logged) {
        slot.leakReported();
        long age = System.nanoTime() - slot.takenAt();
        metrics.leaked(age);
        if (logged) {
            TakenBy by = slot.takenBy();
            log.warning(
                    (slot.hasId() ? "stream " + slot.id() : "the stream of a request") + " of "
                            + Endpoint.text(slot.stream().connection().remoteAddress()) + ", taken "
                            + Duration.ofNanos(age).toMillis() + " ms ago, " + what,
                    by == null ? null : by.withoutLibrary());
        }
    }
}
