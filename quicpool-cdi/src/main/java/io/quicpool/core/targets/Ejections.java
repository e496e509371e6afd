package io.quicpool.core.targets;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Which targets of a pool callers do not get for a while, because they failed several times in a row: outlier ejection by
 * consecutive failures, as Envoy and gRPC (proposal A50) have it.
 *
 * <pre>
 * IN --fails n times in a row, or eject--&gt; EJECTED --its time is over, an id comes, or readmit--&gt; IN; any --remove--&gt; GONE
 * </pre>
 *
 * <p>The time is a base time, times how often the target was ejected lately: each base time that it then stays in forgets one. It is
 * at most 5 minutes, or the base time where that is longer. No more than a share of the targets is ejected at a time; it allows at
 * least one, and never the last one, unless somebody ejects it by hand.
 *
 * <p>A target that could not be connected to is readmitted as soon as an id comes from it: a server that was restarted must not wait.
 *
 * <p>Thread-safe. One lock guards all targets, held for a few instructions. A success takes it only after a failure.
 */
public final class Ejections {

    /** What failed or succeeded. Each has its own row of failures: a target that gives ids may still fail each request. */
    public enum Kind {
        /** To connect, to stay connected, or to give an id. */
        CONNECTING,
        /** A stream in use was lost, or the application says that it failed. */
        USE
    }

    private enum State {
        IN,
        EJECTED,
        GONE
    }

    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int PERCENT = 100;

    private final int after;
    private final long baseNanos;
    private final int maxPercent;
    private final LongSupplier clock;
    // Guarded by this.
    private final Set<Target> all = new LinkedHashSet<>();
    private int ejected;

    /**
     * Nobody is ejected by failures if {@code after} is 0.
     *
     * @param after failures in a row
     * @param base how long a target is ejected the first time
     * @param maxPercent how many of all targets may be ejected at a time
     */
    public Ejections(int after, Duration base, int maxPercent) {
        this(after, base, maxPercent, System::nanoTime);
    }

    Ejections(int after, Duration base, int maxPercent, LongSupplier clock) {
        this.after = after;
        this.baseNanos = base.toNanos();
        this.maxPercent = maxPercent;
        this.clock = clock;
    }

    /** A new target of the pool. */
    public synchronized Target add() {
        Target added = new Target();
        all.add(added);
        return added;
    }

    /** Readmits the targets whose time is over, and returns them. Called periodically. */
    public synchronized List<Target> readmitDue() {
        if (ejected == 0) {
            return List.of();
        }
        List<Target> due = new ArrayList<>();
        for (Target each : all) {
            if (each.state == State.EJECTED && each.until - clock.getAsLong() <= 0) {
                each.leave(State.IN);
                due.add(each);
            }
        }
        return due;
    }

    /** Whether one more may be ejected. */
    private boolean mayEject() {
        int share = Math.max(1, (int) ((long) all.size() * maxPercent / PERCENT));
        return ejected < Math.min(share, all.size() - 1);
    }

    /** One target. Its owner says what happens to it. */
    public final class Target {

        private volatile State state = State.IN;
        // Written under the lock.
        private final Map<Kind, Integer> failures = new EnumMap<>(Kind.class);
        private volatile boolean anyFailure;
        private boolean untilAnIdComes;
        private int times;
        private long until;
        // Of the last ejection.
        private long endedAt;

        private Target() {}

        /** Callers do not get it now. */
        public boolean isEjected() {
            return state == State.EJECTED;
        }

        /** How long it stays ejected; zero when it is not. */
        public Duration left() {
            synchronized (Ejections.this) {
                return state == State.EJECTED
                        ? Duration.ofNanos(Math.max(0, until - clock.getAsLong()))
                        : Duration.ZERO;
            }
        }

        /** Something failed. Returns whether the target is ejected for it. */
        public boolean failed(Kind kind) {
            synchronized (Ejections.this) {
                if (after == 0 || state != State.IN) {
                    return false;
                }
                anyFailure = true;
                int inARow = failures.merge(kind, 1, Integer::sum);
                return inARow >= after && mayEject() && enter(kind == Kind.CONNECTING);
            }
        }

        /** Something went well. Returns whether the target is readmitted for it. */
        public boolean succeeded(Kind kind) {
            if (!anyFailure) {
                return false;
            }
            synchronized (Ejections.this) {
                if (state == State.EJECTED) {
                    return kind == Kind.CONNECTING && untilAnIdComes && leave(State.IN);
                }
                failures.remove(kind);
                anyFailure = !failures.isEmpty();
                return false;
            }
        }

        /** Ejects it by hand, whatever the share. Returns whether it was not. */
        public boolean eject() {
            synchronized (Ejections.this) {
                return state == State.IN && enter(false);
            }
        }

        /** Ends the ejection by hand. Returns whether it was ejected. */
        public boolean readmit() {
            synchronized (Ejections.this) {
                return state == State.EJECTED && leave(State.IN);
            }
        }

        /** The pool has it no more. */
        public void remove() {
            synchronized (Ejections.this) {
                if (state == State.EJECTED) {
                    leave(State.GONE);
                }
                state = State.GONE;
                all.remove(this);
            }
        }

        private boolean enter(boolean endsWithAnId) {
            untilAnIdComes = endsWithAnId;
            long now = clock.getAsLong();
            if (times > 0) {
                times -= (int) Math.min(times, (now - endedAt) / baseNanos);
            }
            times++;
            until = now + Math.min(baseNanos * times, Math.max(baseNanos, LONGEST.toNanos()));
            ejected++;
            state = State.EJECTED;
            return true;
        }

        private boolean leave(State to) {
            ejected--;
            endedAt = clock.getAsLong();
            // It gets as many chances as before.
            failures.clear();
            anyFailure = false;
            state = to;
            return true;
        }
    }
}
