package io.quicpool.core;

import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Says once that clients speak and nobody hears: the pool has no handler, and nobody has ever taken a stream from it. Without that
 * the clients' streams end after a while, and nothing says why.
 */
final class NoHandlerWarning {

    // Whoever takes streams by id is told of them on another way, which may take a moment.
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);

    private record First(InetSocketAddress client, long since) {}

    private final CoreServerPool pool;
    private final AtomicReference<@Nullable First> first = new AtomicReference<>();
    private volatile boolean told;

    NoHandlerWarning(CoreServerPool pool) {
        this.pool = pool;
    }

    /** Whether it is worth knowing that a client speaks. Any thread. */
    boolean mayBe() {
        return !told && pool.stock.takes() == 0;
    }

    /** A client speaks on a stream that nobody has taken. Any thread. */
    void spoken(Slot slot) {
        if (first.get() == null && mayBe()) {
            InetSocketAddress client = slot.stream().connection().remoteAddress();
            first.compareAndSet(null, new First(client, System.nanoTime()));
        }
    }

    /** Says it when it is time. Timer thread. */
    void look() {
        look(System.nanoTime());
    }

    /** The same at a given nano time. */
    void look(long now) {
        First speaker = first.get();
        if (speaker == null || now - speaker.since() < PATIENCE || pool.stock.suspended() || !mayBe()) {
            return;
        }
        told = true;
        pool.log.log(
                Level.WARNING,
                "{0}: {1} speaks on its streams and nobody takes them: there is no handler (a StreamHandler bean with"
                        + " @QuicPool(\"{0}\"), or serve), and no caller has ever taken a stream",
                pool.name,
                speaker.client());
    }
}
