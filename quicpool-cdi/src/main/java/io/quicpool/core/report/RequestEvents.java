package io.quicpool.core.report;

import io.quicpool.RequestObserver;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What the observers of a pool are told of one request. Any thread. */
public final class RequestEvents {

    private final Observers observers;
    // In the order of the observers.
    private final @Nullable RequestObserver[] followers;
    private final long since = System.nanoTime();
    private final AtomicBoolean ended = new AtomicBoolean();

    RequestEvents(Observers observers, @Nullable RequestObserver[] followers) {
        this.observers = observers;
        this.followers = followers;
    }

    /** See {@link RequestObserver#handlerStarts}. */
    public void handlerStarts() {
        observers.tell(followers, RequestObserver::handlerStarts);
    }

    /** See {@link RequestObserver#handlerReturns}. */
    public void handlerReturns() {
        observers.tellLastFirst(followers, RequestObserver::handlerReturns);
    }

    /** The request has ended. Of several calls the first counts. */
    public void ended(RequestObserver.End end) {
        if (ended.compareAndSet(false, true)) {
            long nanos = System.nanoTime() - since;
            observers.tell(followers, follower -> follower.ended(nanos, end));
        }
    }
}
