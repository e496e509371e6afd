package io.quicpool.core;

import org.jspecify.annotations.Nullable;

/**
 * Executes an input byte by byte, all on one thread. Actions of other threads run in the middle of calls to the engine,
 * where the pool holds no lock.
 */
final class Script {

    private static final int MAX_DEPTH = 3;
    private static final int MAX_STEPS = 400;

    private final Thread thread = Thread.currentThread();
    private final byte[] bytes;
    private int next;
    private int depth;
    private int steps;
    private @Nullable Throwable escaped;
    private Runnable step = () -> {};

    Script(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Runs to the end of the input. Checks the invariants after each step that is not part of another. */
    void run(Runnable oneStep, Runnable check) {
        step = oneStep;
        while (next < bytes.length && steps++ < MAX_STEPS) {
            depth++;
            oneStep.run();
            depth--;
            checked(check);
        }
        step = () -> {};
    }

    void checked(Runnable check) {
        Throwable seen = escaped;
        if (seen != null) {
            throw new AssertionError("an exception left an event", seen);
        }
        check.run();
    }

    /** The next byte; 0 at the end. */
    int next() {
        return next < bytes.length ? bytes[next++] & 0xff : 0;
    }

    /** One of so many choices. */
    int next(int choices) {
        return next() % choices;
    }

    /** The pool calls the engine: another thread may act at this moment. */
    void meanwhile() {
        if (Thread.currentThread() == thread && depth > 0 && depth < MAX_DEPTH && next() % 4 == 1) {
            depth++;
            try {
                step.run();
            } finally {
                depth--;
            }
        }
    }

    /** Whether this is the thread of the script, not a thread of the pool for which the script waits. */
    boolean inside() {
        return Thread.currentThread() == thread;
    }

    /** Runs an event of the engine. The pool must not throw exceptions at it. */
    @SuppressWarnings("CatchingUnchecked")
    void event(Runnable action) {
        try {
            action.run();
        } catch (Exception | Error e) {
            if (escaped == null) {
                escaped = e;
            }
        }
    }
}
