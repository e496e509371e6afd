package io.quicpool.core.streams;

import java.util.Arrays;

/** Where a stream was taken, for messages. Made only with {@code leak-detection-threshold}. */
public final class TakenBy extends Throwable {

    private static final long serialVersionUID = 1L;

    private static final String LIBRARY = "io.quicpool.core.";

    private TakenBy(String who, boolean withStack) {
        super("taken by " + who, null, false, withStack);
    }

    /** The calling thread. */
    public static TakenBy thisThread() {
        return new TakenBy("thread " + Thread.currentThread().getName(), true);
    }

    /** The pool, for a handler. */
    public static TakenBy handler(Class<?> handler) {
        return new TakenBy("the pool for the handler " + handler.getName(), false);
    }

    /** Leaves out the frames of the library, so that the first line is the caller's. */
    TakenBy withoutLibrary() {
        setStackTrace(Arrays.stream(getStackTrace())
                .dropWhile(frame -> frame.getClassName().startsWith(LIBRARY))
                .toArray(StackTraceElement[]::new));
        return this;
    }
}
