package io.quicpool.core;

import org.jspecify.annotations.Nullable;

/**
 * What an input says is done, byte by byte. Everything happens on one thread: what other threads could do meanwhile is done
 * in the middle of calls to the engine, where no lock of the pool is held.
 */
final class Script {

    private static final int DEEPEST = 3;
    private static final int MOST_STEPS = 400;

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

    /** Runs to the end of the input; after each step that is not part of another, looks at what must hold. */
    void run(Runnable oneStep, Runnable check) {
        step = oneStep;
        while (next < bytes.length && steps++ < MOST_STEPS) {
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

    /** The next choice among so many. */
    int next(int choices) {
        return next() % choices;
    }

    /** The pool called the engine: another thread may be doing something else at this moment. */
    void meanwhile() {
        if (Thread.currentThread() == thread && depth > 0 && depth < DEEPEST && next() % 4 == 1) {
            depth++;
            try {
                step.run();
            } finally {
                depth--;
            }
        }
    }

    /** Whether this is the thread that runs the script, not one of the pool's that the script waits for. */
    boolean inside() {
        return Thread.currentThread() == thread;
    }

    /** Runs an event of the engine. Nothing must be thrown at an engine. */
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
