package io.quicpool.core.exchange;

import io.quicpool.StreamErrors;
import io.quicpool.core.streams.Slot;
import io.quicpool.transport.Connection;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a client pool whose servers take requests on streams without an id. After the pool's first request, one stream of each
 * connection asks its server by its hello, {@link io.quicpool.core.streams.Hello#ASK}. A server that does not know the question gives the
 * stream an id, as it gives one to each. So it costs nothing to ask it. Any thread.
 *
 * <pre>
 * (none) --ask--&gt; ASKED --WITHOUT_ID--&gt; ACCEPTS
 *    ^              |  \---id---------&gt; NEVER
 *    \---a pause----/ other end of the stream: it may have no handler yet
 * </pre>
 */
public final class RequestConnections {

    /** How long a server without a handler is not asked again. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private enum State {
        ASKED,
        PAUSES,
        ACCEPTS,
        NEVER
    }

    /** What is known of a server. {@code since} is a nano time. */
    private record Known(State state, @Nullable Slot asks, long since) {}

    private volatile boolean wanted;
    private final Map<Connection, Known> known = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<Connection> accepting = new CopyOnWriteArrayList<>();

    /**
     * The connection on which a request can leave now: of those with an accepting server, that with the most credit. Null when there is
     * none, or none has credit.
     */
    public @Nullable Connection next() {
        if (!wanted) {
            wanted = true;
        }
        Connection best = null;
        int most = 0;
        for (Connection each : accepting) {
            int credit = each.credit();
            if (credit > most && each.alive()) {
                best = each;
                most = credit;
            }
        }
        return best;
    }

    /** Forgets connections that are not open any more. */
    public void retain(Collection<Connection> open) {
        known.keySet().retainAll(open);
        accepting.retainAll(open);
    }

    /** A stream is about to send its hello. Returns whether it asks. */
    boolean asks(Slot slot) {
        if (!wanted) {
            return false;
        }
        long now = System.nanoTime();
        Known next = known.compute(
                slot.stream().connection(),
                (connection, before) ->
                        before == null || (before.state == State.PAUSES && now - before.since > PAUSE.toNanos())
                                ? new Known(State.ASKED, slot, now)
                                : before);
        return next.asks == slot;
    }

    /** The stream got an id. */
    void gotId(Slot slot) {
        answered(slot, State.NEVER);
    }

    /** The stream has ended before it got an id. Returns whether it asked: then that is an answer, or none yet, and no failure. */
    boolean ended(Slot slot) {
        if (slot.stream().peerError() != StreamErrors.WITHOUT_ID) {
            return answered(slot, State.PAUSES);
        }
        if (!answered(slot, State.ACCEPTS)) {
            return false;
        }
        accepting.addIfAbsent(slot.stream().connection());
        return true;
    }

    private boolean answered(Slot slot, State state) {
        Connection connection = slot.stream().connection();
        Known before = known.get(connection);
        return before != null
                && before.asks == slot
                && known.replace(connection, before, new Known(state, null, System.nanoTime()));
    }
}
