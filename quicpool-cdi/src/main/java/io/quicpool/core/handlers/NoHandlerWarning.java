package io.quicpool.core.handlers;

import io.quicpool.config.Endpoint;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.streams.IdleStreams;
import io.quicpool.core.streams.Slot;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Warns once when clients write on their streams but the pool has no handler and no caller ever took a stream. Without
 * the warning the clients' streams time out and nothing says why.
 */
final class NoHandlerWarning {

    // A caller that takes streams by id learns the id by other means, which may take a moment.
    private static final long WARN_AFTER = TimeUnit.SECONDS.toNanos(5);

    private record First(InetSocketAddress client, long since) {}

    private final IdleStreams idleStreams;
    private final PoolLog log;
    private final AtomicReference<@Nullable First> first = new AtomicReference<>();
    private volatile boolean warned;

    NoHandlerWarning(IdleStreams idleStreams, PoolLog log) {
        this.idleStreams = idleStreams;
        this.log = log;
    }

    /** Whether the warning may still apply. Any thread. */
    boolean isPossible() {
        return !warned && idleStreams.takes() == 0;
    }

    /** A client writes on a stream that nobody has taken. Any thread. */
    void notServed(Slot slot) {
        if (first.get() == null && isPossible()) {
            InetSocketAddress client = slot.stream().connection().remoteAddress();
            first.compareAndSet(null, new First(client, System.nanoTime()));
        }
    }

    /** Warns when it is time. Timer thread. */
    void check() {
        check(System.nanoTime());
    }

    /** As {@link #check()} at a given nano time. */
    void check(long now) {
        First sender = first.get();
        if (sender == null || now - sender.since() < WARN_AFTER || idleStreams.suspended() || !isPossible()) {
            return;
        }
        warned = true;
        log.warning(Endpoint.text(sender.client())
                + " sends on its streams, but nobody takes them: there is no handler, and no caller has"
                + " taken a stream yet; add a StreamHandler bean with @QuicPool(\""
                + log.pool().name()
                + "\"), or call serve or take");
    }
}
