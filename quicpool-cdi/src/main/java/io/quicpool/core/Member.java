package io.quicpool.core;

import io.quicpool.PoolObserver;
import io.quicpool.StreamPool;
import io.quicpool.config.TargetAddress;
import io.quicpool.core.targets.Ejections;
import io.quicpool.core.targets.Ejections.Kind;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One target of a group: its pool, and what its streams say about it. As an observer it is called on any thread. */
final class Member implements PoolObserver {

    /** What the group does about an ejection. Any thread. */
    interface Owner {
        void ejected(Member member);

        void readmitted(Member member);
    }

    final TargetAddress target;
    final CoreClientPool pool;
    final Ejections.Target ejection;
    private final Owner owner;
    // A lost connection is one failure, however many streams were in use on it.
    private final AtomicBoolean lossUncounted = new AtomicBoolean();

    Member(TargetAddress target, CoreClientPool pool, Ejections.Target ejection, Owner owner) {
        this.target = target;
        this.pool = pool;
        this.ejection = ejection;
        this.owner = owner;
    }

    boolean isIn(@Nullable String zone) {
        return zone != null && zone.equals(target.zone());
    }

    // ---- what happens to its streams

    @Override
    public @Nullable PoolObserver forPool(StreamPool observed) {
        return observed == pool ? this : null;
    }

    @Override
    public void opened(long nanos) {
        succeeded(Kind.CONNECTING);
    }

    // Of a pool that is ready it says that the server is full, or that one of several connections is missing.
    @Override
    public void openFailed() {
        failedUnlessReady();
    }

    @Override
    public void connectFailed(String reason) {
        failedUnlessReady();
    }

    @Override
    public void connectionLost(InetSocketAddress peer, String reason) {
        lossUncounted.set(true);
        failedUnlessReady();
    }

    private void failedUnlessReady() {
        if (!pool.ready()) {
            failed(Kind.CONNECTING);
        }
    }

    @Override
    public void used(long nanos, UseEnd end) {
        if (end == UseEnd.CLOSED) {
            succeeded(Kind.USE);
        } else if (end == UseEnd.FAILED || (end == UseEnd.LOST && lossUncounted.getAndSet(false))) {
            failed(Kind.USE);
        }
    }

    private void failed(Kind kind) {
        if (ejection.failed(kind)) {
            owner.ejected(this);
        }
    }

    private void succeeded(Kind kind) {
        if (ejection.succeeded(kind)) {
            owner.readmitted(this);
        }
    }

    @Override
    public String toString() {
        return target.toString();
    }
}
