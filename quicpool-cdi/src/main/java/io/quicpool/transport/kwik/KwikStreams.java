package io.quicpool.transport.kwik;

import io.quicpool.transport.UnsentBytes;
import java.io.IOException;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.QuicStream;
import tech.kwik.core.frame.MaxStreamsFrame;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.frame.ResetStreamFrame;
import tech.kwik.core.frame.StopSendingFrame;
import tech.kwik.core.frame.StreamFrame;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.impl.Role;
import tech.kwik.core.impl.TransportError;

/**
 * The streams of a connection, and what the peer's frames do to them.
 *
 * <p>kwik reports data, FIN, RESET_STREAM and STOP_SENDING only to a thread that reads or writes the stream. So the connection shows each
 * frame to this class just before kwik processes it. kwik reports a new stream later, on another thread: frames for a stream that it has
 * yet to report are kept and replayed.
 */
final class KwikStreams {

    // Streams that are closed here and not yet ended by the peer. The oldest are released beyond that.
    private static final int MAX_ENDED = 4096;

    // Stream ids (RFC 9000, section 2.1): every fourth is of the same kind, and this bit is set for one direction only.
    private static final int STREAM_TYPES = 4;
    private static final int UNIDIRECTIONAL = 2;

    private final KwikConnection connection;
    private final QuicConnectionImpl quic;
    private final Map<Integer, KwikStream> streams = new ConcurrentHashMap<>();
    // By stream id: frames of streams that kwik has yet to report.
    private final Map<Integer, Queue<Consumer<KwikStream>>> early = new ConcurrentHashMap<>();
    private final EndedStreams<KwikStream> ended =
            new EndedStreams<>(MAX_ENDED, KwikStream::isReleasable, this::release);
    private final AtomicInteger smallPieces = new AtomicInteger();
    private final UnsentBytes unsent = new UnsentBytes();
    // Stream credit: how many streams the peer lets this side open, and how many it has opened.
    private final AtomicLong limit = new AtomicLong();
    private final AtomicLong opened = new AtomicLong();
    private volatile int lastAccepted = -1;

    KwikStreams(KwikConnection connection, QuicConnectionImpl quic) {
        this.connection = connection;
        this.quic = quic;
    }

    // ---- opening

    int credit() {
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, limit.get() - opened.get()));
    }

    /** The peer allows this number of streams in all (MAX_STREAMS). The limit never shrinks (RFC 9000, section 4.6). */
    void raiseLimit(long streamLimit) {
        limit.accumulateAndGet(streamLimit, Math::max);
    }

    /** Opens a stream. Without credit it fails at once, whereas kwik would block until there is some. */
    KwikStream open() throws IOException {
        if (opened.getAndUpdate(n -> n < limit.get() ? n + 1 : n) >= limit.get()) {
            throw new IOException("the peer lets this connection open no more than " + limit + " streams yet");
        }
        boolean interrupted = Thread.interrupted();
        try {
            return register(quic.createStream(true), 0);
        } catch (IOException e) {
            opened.decrementAndGet();
            throw e;
        } catch (RuntimeException e) {
            // kwik's answer to an interrupt.
            opened.decrementAndGet();
            interrupted = true;
            throw new IOException("interrupted while opening a stream", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private KwikStream register(QuicStream quicStream, long seenUpTo) {
        KwikStream stream = new KwikStream(connection, quicStream, seenUpTo);
        streams.put(stream.streamId(), stream);
        return stream;
    }

    /** The peer has opened a stream. On kwik's callback thread. */
    KwikStream accept(QuicStream quicStream) {
        // The frame that opened it has been processed, or is about to be: at least one byte of it.
        KwikStream stream = register(quicStream, 1);
        lastAccepted = stream.streamId();
        replayEarly(stream);
        return stream;
    }

    private void replayEarly(KwikStream stream) {
        Queue<Consumer<KwikStream>> seen = early.remove(stream.streamId());
        if (seen != null) {
            seen.forEach(action -> action.accept(stream));
        }
    }

    // ---- frames of the peer; on kwik's receiver thread, just before kwik processes them

    /** Applies a frame to its stream. Gives the reason to close the connection, if there is one. */
    FrameGuard.@Nullable Violation handle(QuicFrame frame) {
        if (frame instanceof StreamFrame data) {
            return handleData(data);
        } else if (frame instanceof ResetStreamFrame reset) {
            return isTooLong(reset)
                    ? FrameGuard.TOO_LONG
                    : openAndApply(
                            reset.getStreamId(), stream -> stream.onReset(reset.getFinalSize(), reset.getErrorCode()));
        } else if (frame instanceof StopSendingFrame stop) {
            return openAndApply(stop.getStreamId(), stream -> stream.onStopSending(stop.getErrorCode()));
        } else if (frame instanceof MaxStreamsFrame max && max.isAppliesToBidirectional()) {
            raiseLimit(max.getMaxStreams());
        }
        return null;
    }

    private FrameGuard.@Nullable Violation handleData(StreamFrame data) {
        if (isOursAndNotOpen(data.getStreamId())) {
            return FrameGuard.NOT_OPEN;
        }
        if (isBeyondCredit(data.getStreamId())) {
            return FrameGuard.TOO_MANY;
        }
        boolean small = data.getLength() > 0 && data.getLength() < FrameGuard.SMALL_PIECE;
        apply(data.getStreamId(), true, stream -> {
            if (small) {
                stream.countSmallPiece();
            }
            if (data.isFinal()) {
                stream.onFin(data.getUpToOffset());
            } else {
                stream.onData(data.getUpToOffset());
            }
        });
        return smallPieces.get() > FrameGuard.MAX_SMALL_PIECES ? FrameGuard.PIECES : null;
    }

    private FrameGuard.@Nullable Violation openAndApply(int streamId, Consumer<KwikStream> action) {
        if (isOursAndNotOpen(streamId)) {
            return FrameGuard.NOT_OPEN;
        }
        if (isBeyondCredit(streamId)) {
            return FrameGuard.TOO_MANY;
        }
        try {
            apply(streamId, openImplicitly(streamId), action);
            return null;
        } catch (TransportError e) {
            return FrameGuard.TOO_MANY;
        }
    }

    // Where kwik does not count. It would open any.
    private boolean isBeyondCredit(int streamId) {
        StreamCredit credit = connection.peerCredit();
        return credit != null
                && isOpenedByPeer(streamId)
                && (streamId & UNIDIRECTIONAL) == 0
                && streamId / STREAM_TYPES >= credit.limit();
    }

    /** Whether kwik must not see a frame, because this engine does in its place what the frame says. */
    boolean hides(QuicFrame frame) {
        if (frame instanceof ResetStreamFrame reset) {
            KwikStream stream = streams.get(reset.getStreamId());
            return stream != null && stream.hidesReset();
        }
        return frame instanceof StopSendingFrame;
    }

    // A stream that only this server can open and has not opened (STREAM_STATE_ERROR). kwik ignores such frames.
    private boolean isOursAndNotOpen(int streamId) {
        return quic.getRole() == Role.Server
                && !isOpenedByPeer(streamId)
                && ((streamId & UNIDIRECTIONAL) != 0 || streamId / STREAM_TYPES >= opened.get());
    }

    // As data would (RFC 9000, section 3.2).
    private void open(int streamId) throws TransportError {
        if (quic instanceof GatedConnection server) {
            server.streams().process(new StreamFrame(streamId, new byte[0], false));
        }
    }

    // In kwik only data opens a stream. It would ignore a RESET_STREAM or STOP_SENDING that comes first. A later stream
    // opens this one as well (RFC 9000, section 3.2), and then nothing would ever end it.
    private boolean openImplicitly(int streamId) throws TransportError {
        boolean opens = streamId > lastAccepted && isOpenedByPeer(streamId) && !streams.containsKey(streamId);
        if (opens) {
            open(streamId);
        }
        return opens;
    }

    private void apply(int streamId, boolean opens, Consumer<KwikStream> action) {
        KwikStream stream = streams.get(streamId);
        if (stream == null
                && streamId > lastAccepted
                && isOpenedByPeer(streamId)
                && keepIfEarly(streamId, opens, action)) {
            // kwik reports new streams in order, on another thread. It may have reported this one just now.
            KwikStream accepted = streams.get(streamId);
            if (accepted != null) {
                replayEarly(accepted);
            }
            return;
        }
        KwikStream known = stream == null ? streams.get(streamId) : stream;
        if (known != null) {
            action.accept(known);
        }
    }

    // Only for streams that are open in kwik: the peer's credit bounds how many there are.
    private boolean keepIfEarly(int streamId, boolean opens, Consumer<KwikStream> action) {
        return early.compute(streamId, (id, seen) -> {
                    Queue<Consumer<KwikStream>> all = seen == null && opens ? new ConcurrentLinkedQueue<>() : seen;
                    if (all != null) {
                        all.add(action);
                    }
                    return all;
                })
                != null;
    }

    // kwik adds the final size of a RESET_STREAM to its counters and checks no limit.
    private boolean isTooLong(ResetStreamFrame reset) {
        int streamId = reset.getStreamId();
        KwikStream stream = streams.get(streamId);
        if (stream == null && (streamId <= lastAccepted || !isOpenedByPeer(streamId))) {
            return false;
        }
        // Twice the window, since the peer gets credit for bytes a moment before they are counted as read.
        long read = stream == null ? 0 : stream.bytesRead();
        return reset.getFinalSize() - read > 2 * KwikTransport.STREAM_BUFFER;
    }

    // RFC 9000, section 2.1.
    private boolean isOpenedByPeer(int streamId) {
        return (streamId & 1) == (quic.getRole() == Role.Server ? 0 : 1);
    }

    /** How many small pieces of data wait to be read, on all streams together. */
    AtomicInteger smallPieces() {
        return smallPieces;
    }

    /** How many bytes wait to be sent, on all streams together. */
    UnsentBytes unsent() {
        return unsent;
    }

    // ---- the end

    /** A stream has ended on this side. It is kept while what the peer still sends may need a repair. */
    void ended(KwikStream stream) {
        ended.add(stream);
    }

    /** An ended stream needs no repair any more, or there are too many. */
    void release(KwikStream stream) {
        if (!stream.isReleasable()) {
            // Nobody will see what the peer still sends.
            connection.streamStopped();
            stream.stopReceiving(0);
        }
        stream.forgetWhenSent();
    }

    void forget(KwikStream stream) {
        streams.remove(stream.streamId(), stream);
    }

    /** The connection is lost, or closed on this side. */
    void endAll() {
        streams.values().forEach(stream -> stream.lost(null));
    }

    void clear() {
        streams.clear();
        early.clear();
    }

    /** How many streams are kept: those in use, and ended ones. */
    int size() {
        return streams.size();
    }

    /** How many streams have frames that wait for kwik to report the stream; for tests. */
    int early() {
        return early.size();
    }

    @Override
    public String toString() {
        return streams.size() + " streams, allowed " + limit + ", opened " + opened;
    }
}
