package io.quicpool.transport.netty;

import io.netty.handler.codec.quic.QuicChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Streams that are over on this side, until quiche has let go of them. Of a stream that either side was told to stop it lets go, and
 * gives its peer the credit back, only when something that this side sent on it is acknowledged, or written, after both ends are
 * known. So the last word on it is kept back until the peer's end has come, and said once more until it is gone. quiche tells none of
 * that: it is looked for every few milliseconds, at some of them, in turn; the pause grows with what the look has cost, for the other
 * connections of the pool wait meanwhile. On the event loop.
 */
final class EndedStreams {

    /** The shortest time between two looks. */
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

    /** The next look comes so many times later as this one took. */
    private static final int PAUSE_TIMES = 20;

    /** So many are looked at together. */
    static final int AT_A_TIME = 256;

    private static final long LONGEST = TimeUnit.SECONDS.toNanos(10);

    /** One of them, and how often it was looked at. */
    private static final class Ending {

        private final NettyStream stream;
        private final long since = System.nanoTime();
        private int looks;
        private NettyInternals.State state = NettyInternals.State.OPEN;

        private Ending(NettyStream stream) {
            this.stream = stream;
        }

        NettyStream stream() {
            return stream;
        }

        private boolean isOverdue() {
            return System.nanoTime() - since > LONGEST;
        }

        // At ever longer distances: it may be a frame each time.
        private boolean isDue() {
            return Integer.bitCount(++looks) == 1;
        }
    }

    private final QuicChannel connection;
    private final ArrayDeque<Ending> endings = new ArrayDeque<>();
    private final Pauses pauses = new Pauses(PAUSE, PAUSE_TIMES);
    private boolean looking;
    private long looks;
    private int mostTogether;

    EndedStreams(QuicChannel connection) {
        this.connection = connection;
    }

    void add(NettyStream stream) {
        if (connection.isOpen()) {
            endings.add(new Ending(stream));
            later(PAUSE);
        }
    }

    /** Whether none is left; for tests. */
    boolean isEmpty() {
        return endings.isEmpty();
    }

    /** How often streams were looked at; for tests. */
    long looks() {
        return looks;
    }

    /** The most that were looked at together; for tests. */
    int mostTogether() {
        return mostTogether;
    }

    private void later(long pause) {
        if (!looking && !endings.isEmpty() && connection.isOpen()) {
            looking = true;
            var next = connection.eventLoop().schedule(this::look, pause, TimeUnit.NANOSECONDS);
            assert next != null;
        }
    }

    private void look() {
        looking = false;
        later(pauses.after(this::lookAtSome));
    }

    private void lookAtSome() {
        List<Ending> some = new ArrayList<>(Math.min(AT_A_TIME, endings.size()));
        while (some.size() < AT_A_TIME && !endings.isEmpty()) {
            some.add(endings.remove());
        }
        looks += some.size();
        mostTogether = Math.max(mostTogether, some.size());
        // First all are looked at: what is done then may end the connection, and free what quiche knows of it.
        NettyInternals.look(connection, some, Ending::stream, (ending, state) -> ending.state = state);
        some.forEach(this::goOn);
    }

    private void goOn(Ending ending) {
        if (ending.state == NettyInternals.State.GONE || ending.isOverdue()) {
            ending.stream.dispose();
            return;
        }
        endings.add(ending);
        if (ending.isDue() && ending.stream.isStuck()) {
            ending.stream.lastWord();
        }
    }
}
