package io.quicpool.transport.netty;

import io.netty.handler.codec.quic.QuicChannel;
import io.quicpool.transport.Deadline;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Streams that have ended on this side and that quiche still keeps. After STOP_SENDING, in either direction, quiche drops a stream and
 * gives the peer its credit back only when a frame of this side is acknowledged, or written, after both directions have ended. So this
 * side's final frame is held back until the peer's direction has ended, and sent again until the stream is gone. quiche reports none of
 * that. So a batch of the streams is checked every few milliseconds, in turn. The pause grows with the cost of a check, since all other
 * connections of the pool wait meanwhile. On the event loop.
 */
final class EndedStreams {

    /** The shortest time between two checks. */
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

    /** The pause after a check, as a multiple of its duration. */
    private static final int PAUSE_FACTOR = 20;

    /** How many streams are checked together. */
    static final int BATCH = 256;

    /** A stream is closed after this time even if quiche still keeps it. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(10);

    /** A stream, and how often it was checked. */
    private static final class Ending {

        private final NettyStream stream;
        private final Deadline overdue = Deadline.after(MAX_WAIT);
        private int checks;
        private NettyInternals.State state = NettyInternals.State.OPEN;

        private Ending(NettyStream stream) {
            this.stream = stream;
        }

        NettyStream stream() {
            return stream;
        }

        // At growing intervals, since each time may send a frame.
        private boolean isDue() {
            return Integer.bitCount(++checks) == 1;
        }
    }

    private final QuicChannel connection;
    private final ArrayDeque<Ending> ended = new ArrayDeque<>();
    private final PacedScan scan;
    private long checks;
    private int largestBatch;

    EndedStreams(QuicChannel connection) {
        this(connection, System::nanoTime);
    }

    EndedStreams(QuicChannel connection, LongSupplier clock) {
        this.connection = connection;
        this.scan = new PacedScan(connection.eventLoop(), PAUSE, PAUSE_FACTOR, this::check, clock);
    }

    void add(NettyStream stream) {
        if (connection.isOpen()) {
            ended.add(new Ending(stream));
            scan.requestLater();
        }
    }

    /** Whether none is left; for tests. */
    boolean isEmpty() {
        return ended.isEmpty();
    }

    /** How many checks of streams there were; for tests. */
    long checks() {
        return checks;
    }

    /** The most streams that were checked together; for tests. */
    int largestBatch() {
        return largestBatch;
    }

    private void check() {
        checkBatch();
        if (!ended.isEmpty() && connection.isOpen()) {
            scan.requestLater();
        }
    }

    private void checkBatch() {
        List<Ending> batch = new ArrayList<>(Math.min(BATCH, ended.size()));
        while (batch.size() < BATCH && !ended.isEmpty()) {
            batch.add(ended.remove());
        }
        checks += batch.size();
        largestBatch = Math.max(largestBatch, batch.size());
        // All are inspected first. What follows may end the connection, which frees the memory that is inspected.
        NettyInternals.inspect(connection, batch, Ending::stream, (ending, state) -> ending.state = state);
        batch.forEach(this::proceed);
    }

    private void proceed(Ending ending) {
        if (ending.state == NettyInternals.State.GONE || ending.overdue.hasPassed()) {
            ending.stream.dispose();
            return;
        }
        ended.add(ending);
        if (ending.isDue() && ending.stream.needsFinalFrame()) {
            ending.stream.sendFinalFrame();
        }
    }
}
