package io.quicpool.core;

import io.quicpool.PoolState;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.Durations;
import io.quicpool.config.PoolOptions;
import io.quicpool.config.TargetAddress;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.streams.Waiter;
import io.quicpool.core.targets.Ejections;
import io.quicpool.core.threads.PoolThreads;
import io.quicpool.core.threads.SharedDecision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The members of a group, which come and go with its targets, and which of them callers get streams of.
 *
 * <p>A caller that takes a stream reads lists that never change. The lock is for those that wait: a waiter is at each member that
 * may serve it, however the members change meanwhile.
 */
final class GroupMembers implements Member.Owner {

    /** What a group does for its members. */
    interface Owner {
        /** Makes the pool of a target, and starts it once it has the observer. */
        Member start(TargetAddress target, Ejections.Target ejection);

        /** Closes a member that is no longer wanted. Does not block. */
        void drain(Member member);

        /** The members, or what callers get of them, have changed. Timer thread. */
        void changed();
    }

    // Of members that are gone. A caller may be about to get a stream of one.
    private static final int MAX_FORMER = 64;

    private final Owner owner;
    private final PoolLog log;
    private final Ejections ejections;
    private final @Nullable String zone;
    private final SharedDecision choice;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    // Written under the write lock. Lists that never change.
    private volatile List<Member> all = List.of();
    private volatile List<CoreClientPool> pools = List.of();
    private volatile List<CoreClientPool> former = List.of();
    private volatile List<CoreClientPool> preferred = List.of();
    private volatile List<CoreClientPool> allowed = List.of();
    private boolean closed;
    private final Set<Waiter> waiting = ConcurrentHashMap.newKeySet();

    GroupMembers(ClientPoolConfig config, PoolThreads threads, PoolLog log, Owner owner) {
        this.owner = owner;
        this.log = log;
        this.zone = config.find(PoolOptions.ZONE);
        this.ejections = new Ejections(
                config.option(PoolOptions.EJECT_AFTER),
                config.option(PoolOptions.EJECT_TIME),
                config.option(PoolOptions.EJECT_MAX_PERCENT));
        this.choice = new SharedDecision(threads, this::choose);
    }

    /** The pools of all members. */
    List<CoreClientPool> pools() {
        return pools;
    }

    List<Member> all() {
        return all;
    }

    /** Those to take from first: of the own zone, while enough of them are ready. */
    List<CoreClientPool> preferred() {
        return preferred;
    }

    /** Those that are not ejected; all, when no other one is ready. */
    List<CoreClientPool> allowed() {
        return allowed;
    }

    /** Those that were members, and may still have streams. */
    List<CoreClientPool> former() {
        return former;
    }

    // ---- which targets there are

    /** These are the targets now. Timer thread, or before the group starts. */
    void set(List<TargetAddress> targets) {
        List<Member> gone = new ArrayList<>();
        lock.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            Map<TargetAddress, Member> before = new LinkedHashMap<>();
            all.forEach(member -> before.put(member.target, member));
            List<Member> now = new ArrayList<>();
            for (TargetAddress target : targets) {
                Member known = before.get(target);
                // Its certificate is checked for another name, or its zone is another one: both are settings of its
                // pool.
                if (known != null && known.target.isSame(target)) {
                    now.add(before.remove(target));
                } else {
                    now.add(added(target));
                }
            }
            gone.addAll(before.values());
            gone.forEach(member -> member.ejection.remove());
            members(now, gone);
            chooseLocked();
        } finally {
            lock.writeLock().unlock();
        }
        gone.forEach(member -> {
            log.info("target " + member + " is gone, draining it");
            owner.drain(member);
        });
        owner.changed();
    }

    private Member added(TargetAddress target) {
        Member member = owner.start(target, ejections.add());
        waiting.stream().filter(waiter -> waiter.id() != null).forEach(member.pool::addWaiter);
        return member;
    }

    private void members(List<Member> now, List<Member> gone) {
        all = List.copyOf(now);
        pools = all.stream().map(member -> member.pool).toList();
        List<CoreClientPool> old = new ArrayList<>(former);
        gone.forEach(member -> old.add(member.pool));
        former = List.copyOf(old.subList(Math.max(0, old.size() - MAX_FORMER), old.size()));
        // Before they close: a pool that closes ends its waiters.
        gone.forEach(member -> waiting.forEach(member.pool::removeWaiter));
    }

    /** No member comes or goes from now on. Returns those that are to be closed. */
    List<CoreClientPool> close() {
        List<CoreClientPool> open;
        lock.writeLock().lock();
        try {
            closed = true;
            open = new ArrayList<>(former);
            open.removeIf(each -> each.lifecycleState() == PoolState.CLOSED);
            open.addAll(pools);
        } finally {
            lock.writeLock().unlock();
        }
        // Members end theirs. There may be none.
        waiting.stream().filter(Waiter::close).forEach(Waiter::wake);
        return open;
    }

    // ---- which of them callers get

    /** Looks again, because a member has become ready or is no longer. Any thread. */
    void look() {
        choice.request();
    }

    /** Readmits those whose time is over. Timer thread. */
    void periodicCheck() {
        List<Ejections.Target> due = ejections.readmitDue();
        if (!due.isEmpty()) {
            all.stream().filter(member -> due.contains(member.ejection)).forEach(this::readmitted);
        }
        choose();
    }

    @Override
    public void ejected(Member member) {
        log.warning("target " + member + " is ejected for "
                + Durations.text(rounded(member.ejection.left())) + ": it failed several times in a row"
                + lastError(member));
        look();
    }

    private static Duration rounded(Duration left) {
        return Duration.ofMillis((left.toMillis() + 50) / 100 * 100);
    }

    private static String lastError(Member member) {
        String last = member.pool.metrics.lastErrorText();
        return last == null ? "" : ", last: " + last;
    }

    @Override
    public void readmitted(Member member) {
        log.info("target " + member + " is no longer ejected");
        look();
    }

    private void choose() {
        boolean changed;
        lock.writeLock().lock();
        try {
            changed = chooseLocked();
        } finally {
            lock.writeLock().unlock();
        }
        if (changed) {
            owner.changed();
        }
    }

    private boolean chooseLocked() {
        List<Member> in = select(all, member -> !member.ejection.isEjected());
        if (in.stream().noneMatch(member -> member.pool.ready())) {
            in = all;
        }
        List<CoreClientPool> before = allowed;
        List<CoreClientPool> now = in.stream().map(member -> member.pool).toList();
        preferred = preferredOf(in).stream().map(member -> member.pool).toList();
        if (now.equals(before)) {
            return false;
        }
        allowed = now;
        for (Waiter waiter : waiting) {
            if (waiter.id() == null) {
                before.stream().filter(each -> !now.contains(each)).forEach(each -> each.removeWaiter(waiter));
                now.stream().filter(each -> !before.contains(each)).forEach(each -> each.addWaiter(waiter));
            }
        }
        return true;
    }

    // As many as half of the own zone must be ready: fewer could not bear the load of all callers here.
    private List<Member> preferredOf(List<Member> in) {
        List<Member> own = select(in, member -> member.isIn(zone));
        long ready = own.stream().filter(member -> member.pool.ready()).count();
        long ofZone = all.stream().filter(member -> member.isIn(zone)).count();
        return ready > 0 && 2 * ready >= ofZone ? own : in;
    }

    private static List<Member> select(List<Member> from, Predicate<Member> which) {
        return from.stream().filter(which).toList();
    }

    // ---- waiting

    /** Starts to wait. False when no member takes the waiter, because too many wait. */
    boolean addWaiter(Waiter waiter) {
        lock.readLock().lock();
        try {
            waiting.add(waiter);
            List<CoreClientPool> at = waiter.id() == null ? allowed : pools;
            boolean waits = at.isEmpty();
            for (CoreClientPool each : at) {
                if (each.lifecycleState() == PoolState.RUNNING && waiter.isWaiting()) {
                    waits |= each.addWaiter(waiter);
                }
            }
            return waits;
        } finally {
            lock.readLock().unlock();
        }
    }

    void removeWaiter(Waiter waiter) {
        lock.readLock().lock();
        try {
            waiting.remove(waiter);
            pools.forEach(each -> each.removeWaiter(waiter));
        } finally {
            lock.readLock().unlock();
        }
    }

    int waiting() {
        return waiting.size();
    }
}
