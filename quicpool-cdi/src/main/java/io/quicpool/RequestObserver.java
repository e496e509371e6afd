package io.quicpool;

/**
 * Follows one request, for metrics and traces. Made by {@link PoolObserver#requested}. Every method does nothing unless overridden. An
 * object that keeps nothing can follow any number of requests at a time.
 *
 * <p>What holds for a {@link PoolObserver} holds here too: the methods must return at once.
 */
public interface RequestObserver {

    /** How a request ended. Later versions may add values. */
    enum End {
        /** The answer was received (client) or written (server). */
        ANSWERED,
        /** The time-out passed. */
        TIMED_OUT,
        /** It surely reached no handler, for example because the peer was busy. */
        REFUSED,
        /** The handler failed. */
        FAILED,
        /** Request or answer was larger than {@code max-request-bytes}. */
        TOO_LARGE,
        /** The stream or its connection was lost. */
        LOST,
        /** The caller ended it. On a server: nobody waits for the answer any more. */
        CANCELLED
    }

    /** The handler is about to run, on this thread. Only on servers. {@link #handlerReturns} follows on the same thread, of several observers in the opposite order. */
    default void handlerStarts() {}

    /** The handler has returned or thrown. Its answer may come later. Only on servers. */
    default void handlerReturns() {}

    /**
     * The request has ended. Called once, on any thread; on a server it may be called while the handler still runs.
     *
     * @param nanos how long it took: at a client since it was asked, repetitions included; at a server since all of it was received
     * @param end how it ended
     */
    default void ended(long nanos, End end) {}
}
