package io.quicpool.core.targets;

import io.quicpool.config.TargetAddress;
import io.quicpool.config.TargetSource;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.threads.PoolThreads;
import io.quicpool.core.threads.SharedDecision;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands what a source tells to its pool, on the timer thread: only the latest, however fast it comes, and at most
 * {@link #MAX_TARGETS}. A source that fails is logged once, until it knows the targets again.
 *
 * <p>Thread-safe. The source calls it on any thread.
 */
public final class TargetFeed implements TargetSource.Listener {

    /** How many targets a pool has at most. A source cannot make it grow further. */
    public static final int MAX_TARGETS = 64;

    private final PoolLog log;
    private final Consumer<List<TargetAddress>> pool;
    private final Consumer<Throwable> whenFailed;
    private final SharedDecision handOver;
    private final AtomicReference<@Nullable Collection<TargetAddress>> latest = new AtomicReference<>();
    // Guarded by this.
    private TargetSource.@Nullable Subscription subscription;
    private boolean closed;
    private boolean failing;
    // Used by the timer only.
    private Map<TargetAddress, TargetAddress> current = Map.of();
    private boolean tooMany;

    /**
     * Makes a feed that is not open yet.
     *
     * @param pool gets all targets, on the timer thread, each time when something has changed
     * @param whenFailed gets the reason of each failure, on the thread of the source
     */
    public TargetFeed(
            PoolThreads threads, PoolLog log, Consumer<List<TargetAddress>> pool, Consumer<Throwable> whenFailed) {
        this.log = log;
        this.pool = pool;
        this.whenFailed = whenFailed;
        this.handOver = new SharedDecision(threads, this::handOver);
    }

    /** Asks the source to begin. It may call back before this returns. */
    public void open(TargetSource source) {
        TargetSource.Subscription opened = source.open(this);
        synchronized (this) {
            if (!closed) {
                subscription = opened;
                return;
            }
        }
        opened.close();
    }

    /** Ends the subscription. What comes later is ignored. */
    public void close() {
        TargetSource.Subscription open;
        synchronized (this) {
            closed = true;
            open = subscription;
            subscription = null;
        }
        if (open != null) {
            try {
                open.close();
            } catch (RuntimeException e) {
                log.warning("cannot close the target source", e);
            }
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public String pool() {
        return log.pool().name();
    }

    @Override
    public void targets(Collection<TargetAddress> targets) {
        if (isClosed()) {
            return;
        }
        if (setFailing(false)) {
            log.info("the targets are known again");
        }
        // A copy: it is read on another thread.
        latest.set(List.copyOf(targets));
        handOver.request();
    }

    @Override
    public void failed(Throwable cause) {
        if (isClosed()) {
            return;
        }
        whenFailed.accept(cause);
        String text = "cannot find out the targets: " + Metrics.text(cause);
        if (setFailing(true)) {
            log.warning(text + "; the pool keeps those that it has, and asks again");
        } else {
            log.debug(text);
        }
    }

    /** Returns whether that is new. */
    private synchronized boolean setFailing(boolean now) {
        boolean isNew = failing != now;
        failing = now;
        return isNew;
    }

    private void handOver() {
        Collection<TargetAddress> told = latest.getAndSet(null);
        if (told == null || isClosed()) {
            return;
        }
        Map<TargetAddress, TargetAddress> next = limited(told);
        if (isSame(next)) {
            return;
        }
        current = next;
        log.info("targets: " + (next.isEmpty() ? "none" : join(next.keySet())));
        pool.accept(List.copyOf(next.values()));
    }

    private static String join(Collection<TargetAddress> targets) {
        return String.join(", ", targets.stream().map(TargetAddress::toString).toList());
    }

    // Those that the pool has come first: answers of name servers rotate.
    private Map<TargetAddress, TargetAddress> limited(Collection<TargetAddress> told) {
        Map<TargetAddress, TargetAddress> all = new LinkedHashMap<>();
        told.forEach(each -> all.putIfAbsent(each, each));
        boolean isNow = all.size() > MAX_TARGETS;
        if (isNow && !tooMany) {
            log.warning("the source has " + all.size() + " targets; the pool uses " + MAX_TARGETS + " of them");
        }
        tooMany = isNow;
        if (!isNow) {
            return all;
        }
        Map<TargetAddress, TargetAddress> kept = new LinkedHashMap<>();
        all.forEach((each, value) -> {
            if (current.containsKey(each)) {
                kept.put(each, value);
            }
        });
        all.forEach((each, value) -> {
            if (kept.size() < MAX_TARGETS) {
                kept.putIfAbsent(each, value);
            }
        });
        return kept;
    }

    // The order counts only for the targets' first use, and answers rotate.
    private boolean isSame(Map<TargetAddress, TargetAddress> next) {
        return next.size() == current.size()
                && next.values().stream().allMatch(each -> {
                    TargetAddress known = current.get(each);
                    return known != null && known.isSame(each);
                });
    }
}
