package io.quicpool.core.report;

import io.quicpool.PoolObserver;
import io.quicpool.RequestObserver;
import io.quicpool.StreamPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The observers of one pool. They are user code: what one throws is logged once, and reaches nobody. Any thread. */
final class Observers {

    /** What happened. */
    interface Event {
        void tell(PoolObserver observer);
    }

    /** What took some time. Its lambdas capture nothing, so that taking and closing a stream allocates nothing for them. */
    interface TimedEvent<E> {
        void tell(PoolObserver observer, long nanos, E end);
    }

    /** An observer, and whether it was logged that it throws. */
    private record Observed(PoolObserver observer, AtomicBoolean failed) {}

    private final Observed[] all;
    private final PoolLog log;

    private Observers(List<Observed> all, PoolLog log) {
        this.all = all.toArray(Observed[]::new);
        this.log = log;
    }

    /** Asks each for its observer of this pool. Null when nobody observes it. */
    @SuppressWarnings("CatchingUnchecked") // user code
    static @Nullable Observers of(StreamPool pool, List<PoolObserver> given, PoolLog log) {
        List<Observed> observers = new ArrayList<>();
        for (PoolObserver each : given) {
            try {
                PoolObserver ofPool = each.forPool(pool);
                if (ofPool != null) {
                    observers.add(new Observed(ofPool, new AtomicBoolean()));
                }
            } catch (Exception | Error e) {
                log.warning("does not use the observer " + name(each) + ", which threw an exception", e);
            }
        }
        return observers.isEmpty() ? null : new Observers(observers, log);
    }

    @SuppressWarnings("CatchingUnchecked") // user code
    void tell(Event event) {
        for (Observed each : all) {
            try {
                event.tell(each.observer);
            } catch (Exception | Error e) {
                threw(each, e);
            }
        }
    }

    @SuppressWarnings("CatchingUnchecked") // user code
    <E> void tell(TimedEvent<E> event, long nanos, E end) {
        for (Observed each : all) {
            try {
                event.tell(each.observer, nanos, end);
            } catch (Exception | Error e) {
                threw(each, e);
            }
        }
    }

    /** Asks each who follows a new request. Null when nobody does. */
    @SuppressWarnings("CatchingUnchecked") // user code
    @Nullable RequestEvents requested() {
        @Nullable RequestObserver[] followers = null;
        for (int i = 0; i < all.length; i++) {
            try {
                RequestObserver follower = all[i].observer.requested();
                if (follower != null) {
                    followers = followers == null ? new RequestObserver[all.length] : followers;
                    followers[i] = follower;
                }
            } catch (Exception | Error e) {
                threw(all[i], e);
            }
        }
        return followers == null ? null : new RequestEvents(this, followers);
    }

    /** Tells those who follow a request; {@code followers} has one or none for each observer. */
    void tell(@Nullable RequestObserver[] followers, Consumer<RequestObserver> event) {
        for (int i = 0; i < followers.length; i++) {
            tell(followers, i, event);
        }
    }

    /** As {@link #tell}, in the opposite order: what the first began before the others, it ends after them. */
    void tellLastFirst(@Nullable RequestObserver[] followers, Consumer<RequestObserver> event) {
        for (int i = followers.length - 1; i >= 0; i--) {
            tell(followers, i, event);
        }
    }

    @SuppressWarnings("CatchingUnchecked") // user code
    private void tell(@Nullable RequestObserver[] followers, int i, Consumer<RequestObserver> event) {
        RequestObserver follower = followers[i];
        if (follower == null) {
            return;
        }
        try {
            event.accept(follower);
        } catch (Exception | Error e) {
            threw(all[i], e);
        }
    }

    private void threw(Observed which, Throwable e) {
        if (which.failed.compareAndSet(false, true)) {
            log.warning("the observer " + name(which.observer) + " threw an exception; this is logged once", e);
        }
    }

    // Not toString: that is code of the application and may throw.
    private static String name(PoolObserver observer) {
        return observer.getClass().getName();
    }
}
