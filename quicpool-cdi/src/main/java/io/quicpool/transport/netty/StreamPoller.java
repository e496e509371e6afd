package io.quicpool.transport.netty;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.quic.QuicChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Looks, after datagrams, for what quiche has learned from them about the streams of a connection and tells nobody. On the event
 * loop.
 */
final class StreamPoller {

    // A look costs time for each stream: the next comes so long after it, and so many times what it took.
    private static final long STOP_LOOK_PAUSE = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long END_LOOK_PAUSE = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int PAUSE_TIMES = 50;

    private final QuicChannel connection;
    private final Collection<NettyStream> streams;
    private final Pauses stopLooks = new Pauses(STOP_LOOK_PAUSE, PAUSE_TIMES);
    private final Pauses endLooks = new Pauses(END_LOOK_PAUSE, PAUSE_TIMES);
    private boolean stopLookDue;
    private long nextStopLook = System.nanoTime();
    private boolean endLookDue;
    private long endLookPause = END_LOOK_PAUSE;

    /** Makes that of a connection, whose streams at any time are in the collection. */
    StreamPoller(QuicChannel connection, Collection<NettyStream> streams) {
        this.connection = connection;
        this.streams = streams;
    }

    /** A datagram came. */
    void heard() {
        EventLoop loop = connection.eventLoop();
        if (!stopLookDue) {
            stopLookDue = true;
            long wait = Math.max(0, nextStopLook - System.nanoTime());
            var due = loop.schedule(this::lookForStops, wait, TimeUnit.NANOSECONDS);
            assert due != null;
        }
        if (!endLookDue) {
            endLookDue = true;
            var due = loop.schedule(this::lookForEnds, endLookPause, TimeUnit.NANOSECONDS);
            assert due != null;
        }
    }

    // STOP_SENDING (RFC 9000, section 3.5): an idle stream that its peer gives up is not to be handed out.
    private void lookForStops() {
        stopLookDue = false;
        long pause = stopLooks.after(this::findStops);
        nextStopLook = System.nanoTime() + pause;
    }

    private void findStops() {
        List<NettyStream> stopped = new ArrayList<>();
        // First all are looked at: what is done then may end the connection, and free what quiche knows of it.
        NettyInternals.look(connection, streams, stream -> stream, (stream, state) -> {
            if (state != NettyInternals.State.OPEN && !stream.hasEndedSending()) {
                stopped.add(stream);
            }
        });
        if (connection.isOpen()) {
            stopped.forEach(NettyStream::foundStopped);
        }
    }

    // An end that comes with data that has come before, because the acknowledgement of that was lost.
    private void lookForEnds() {
        endLookDue = false;
        endLookPause = endLooks.after(() -> List.copyOf(streams).forEach(NettyStream::lookForEnd));
    }
}
