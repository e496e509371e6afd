package io.quicpool.transport.netty;

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
    private final PacedScan stops;
    private final PacedScan fins;

    /** {@code streams} always holds the current streams of the connection. */
    StreamPoller(QuicChannel connection, Collection<NettyStream> streams) {
        this.connection = connection;
        this.streams = streams;
        this.stops = new PacedScan(connection.eventLoop(), STOP_SCAN_PAUSE, PAUSE_FACTOR, this::findStops);
        this.fins = new PacedScan(connection.eventLoop(), FIN_SCAN_PAUSE, PAUSE_FACTOR, this::findFins);
    }

    void datagramRead() {
        stops.request();
        fins.requestLater();
    }

    // STOP_SENDING (RFC 9000, section 3.5): an idle stream that its peer has evicted must not be taken.
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
    private void findFins() {
        List.copyOf(streams).forEach(NettyStream::checkForFin);
    }
}
