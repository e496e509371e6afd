package io.quicpool.transport.netty;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.quic.QuicChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Scans the streams of a connection, after datagrams, for what quiche has learned and does not report: STOP_SENDING, and some FINs. On the
 * event loop.
 */
final class StreamPoller {

    // A scan costs time for each stream, so the pause after it is a multiple of its duration, and no less than this.
    private static final long STOP_SCAN_PAUSE = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long FIN_SCAN_PAUSE = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int PAUSE_FACTOR = 50;

    private final QuicChannel connection;
    private final Collection<NettyStream> streams;
    private final Pauses stopScans = new Pauses(STOP_SCAN_PAUSE, PAUSE_FACTOR);
    private final Pauses finScans = new Pauses(FIN_SCAN_PAUSE, PAUSE_FACTOR);
    private boolean stopScanScheduled;
    private long nextStopScan = System.nanoTime();
    private boolean finScanScheduled;
    private long finScanPause = FIN_SCAN_PAUSE;

    /** {@code streams} always holds the current streams of the connection. */
    StreamPoller(QuicChannel connection, Collection<NettyStream> streams) {
        this.connection = connection;
        this.streams = streams;
    }

    void datagramRead() {
        EventLoop loop = connection.eventLoop();
        if (!stopScanScheduled) {
            stopScanScheduled = true;
            long wait = Math.max(0, nextStopScan - System.nanoTime());
            var due = loop.schedule(this::scanForStops, wait, TimeUnit.NANOSECONDS);
            assert due != null;
        }
        if (!finScanScheduled) {
            finScanScheduled = true;
            var due = loop.schedule(this::scanForFins, finScanPause, TimeUnit.NANOSECONDS);
            assert due != null;
        }
    }

    // STOP_SENDING (RFC 9000, section 3.5): an idle stream that its peer has evicted must not be taken.
    private void scanForStops() {
        stopScanScheduled = false;
        long pause = stopScans.after(this::findStops);
        nextStopScan = System.nanoTime() + pause;
    }

    private void findStops() {
        List<NettyStream> stopped = new ArrayList<>();
        // All are inspected first. What follows may end the connection, which frees the memory that is inspected.
        NettyInternals.inspect(connection, streams, stream -> stream, (stream, state) -> {
            if (state != NettyInternals.State.OPEN && !stream.hasEndedSending()) {
                stopped.add(stream);
            }
        });
        if (connection.isOpen()) {
            stopped.forEach(NettyStream::onStopFound);
        }
    }

    // A FIN that comes with retransmitted data, because the acknowledgement of that was lost.
    private void scanForFins() {
        finScanScheduled = false;
        finScanPause = finScans.after(() -> List.copyOf(streams).forEach(NettyStream::checkForFin));
    }
}
