package io.quicpool.transport.netty;

import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** The streams of a connection: opening them, and what follows when one ends. On the event loop, unless a method says otherwise. */
final class NettyStreams {

    // Streams that are closed here and not yet ended by the peer. The oldest are stopped (STOP_SENDING) beyond that.
    private static final int MAX_HALF_ENDED = 4096;

    private final NettyConnection connection;
    private final QuicChannel channel;
    private final AtomicInteger opening = new AtomicInteger();
    private final Set<NettyStream> streams = new LinkedHashSet<>();
    private final Set<NettyStream> halfEnded = new LinkedHashSet<>();
    private final EndedStreams ended;
    private final FinScheduler fins;
    private final StreamPoller poller;
    private boolean sendScheduled;

    /** {@code inFlight} tells whether the connection has something in flight. */
    NettyStreams(NettyConnection connection, QuicChannel channel, BooleanSupplier inFlight) {
        this.connection = connection;
        this.channel = channel;
        this.ended = new EndedStreams(channel);
        this.fins = new FinScheduler(channel, inFlight);
        this.poller = new StreamPoller(channel, streams);
    }

    /** quiche has read a datagram of the peer. */
    void datagramRead() {
        poller.datagramRead();
        fins.datagramRead();
    }

    // ---- opening

    /** One less than the peer allows, since {@link NettyConnection#ping} needs one. Any thread. */
    int credit() {
        // In this order a stream that is opened meanwhile counts twice. The other way it might not count, and take the
        // one for the ping.
        int taken = opening.get() + 1;
        long allowed = channel.peerAllowedStreams(QuicStreamType.BIDIRECTIONAL) - taken;
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, allowed));
    }

    /** Opens a stream. Any thread. */
    CompletionStage<EngineStream> open() {
        CompletableFuture<EngineStream> opened = new CompletableFuture<>();
        opening.incrementAndGet();
        try {
            connection.loop().execute(() -> {
                open(opened);
                opening.decrementAndGet();
                // Mostly who opens a stream writes on it at once.
                connection.busyPoll().written();
            });
        } catch (RejectedExecutionException e) {
            opened.completeExceptionally(connection.explain(e));
        }
        return opened;
    }

    void open(CompletableFuture<EngineStream> opened) {
        NettyStream stream = new NettyStream(connection, false);
        channel.newStreamBootstrap()
                .type(QuicStreamType.BIDIRECTIONAL)
                .handler(stream.handler())
                .create()
                .addListener(created -> {
                    if (created.isSuccess()) {
                        opened.complete(stream);
                    } else {
                        opened.completeExceptionally(notOpened(created.cause()));
                    }
                });
    }

    private IOException notOpened(Throwable cause) {
        return connection.alive()
                ? new IOException(
                        "the peer lets this connection open no more streams yet: " + cause.getMessage(), cause)
                : connection.explain(cause);
    }

    /** A stream has got its channel, whichever side opened it. */
    void opened(NettyStream stream) {
        streams.add(stream);
    }

    // ---- ends

    /** A stream was closed here and is not ended by the peer yet. */
    void halfEnded(NettyStream stream) {
        halfEnded.add(stream);
        if (halfEnded.size() > MAX_HALF_ENDED) {
            Iterator<NettyStream> oldest = halfEnded.iterator();
            NettyStream first = oldest.next();
            oldest.remove();
            connection.streamStopped();
            first.stopReceiving(0);
        }
    }

    /** Both directions of a stream have ended. quiche may still keep it. */
    void ended(NettyStream stream) {
        ended.add(stream);
    }

    /** The channel of a stream is closed. */
    void closed(NettyStream stream) {
        streams.remove(stream);
        halfEnded.remove(stream);
    }

    /** Streams that have ended and that quiche may still keep; for tests. */
    EndedStreams ended() {
        return ended;
    }

    /** FINs that quiche might not send again. */
    FinScheduler fins() {
        return fins;
    }

    /**
     * Runs an action that queues a frame, and sends a moment later. What many streams queue is then sent together, not one datagram for
     * each.
     */
    void sendLater(Runnable action) {
        NettyInternals.withoutSending(channel, action);
        if (!sendScheduled) {
            sendScheduled = true;
            connection.loop().execute(() -> {
                sendScheduled = false;
                NettyInternals.send(channel);
            });
        }
    }
}
