package io.quicpool.core.threads;

import java.util.concurrent.atomic.AtomicBoolean;

/** A decision that many events ask for. However many ask before it runs, it runs once. Any thread. */
public final class SharedDecision {

    private final PoolThreads threads;
    private final Runnable decision;
    private final AtomicBoolean pending = new AtomicBoolean();

    /** Makes a decision of a pool, which its timer thread runs. */
    public SharedDecision(PoolThreads threads, Runnable decision) {
        this.threads = threads;
        this.decision = decision;
    }

    /** Runs the decision as soon as the timer is free, unless that is due already. */
    public void request() {
        if (pending.compareAndSet(false, true)) {
            try {
                threads.decide(this::run);
            } catch (RuntimeException | Error e) {
                pending.set(false);
                throw e;
            }
        }
    }

    private void run() {
        // Before the decision: what happens during it needs another one.
        pending.set(false);
        decision.run();
    }
}
