package io.quicpool.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All reflective access to Netty: what its codec knows and does not report. Where a member is missing, the methods do less, and a warning
 * is logged. Everything on the event loop.
 */
final class NettyInternals {

    private static final System.Logger LOG = System.getLogger("io.quicpool.netty");
    private static final String PACKAGE = QuicChannel.class.getPackageName() + ".";

    /** QUICHE_ERR_INVALID_STREAM_STATE, quiche.h. */
    private static final long NO_SUCH_STREAM = -7;

    /** QUICHE_ERR_STREAM_STOPPED, quiche.h. */
    private static final long STREAM_STOPPED = -15;

    /** IN_CONNECTION_SEND, QuicheQuicChannel. */
    private static final int SENDING = 1 << 2;

    private static final long UNKNOWN = Long.MIN_VALUE;

    private static final @Nullable Field CONNECTION = field("QuicheQuicChannel", "connection");
    private static final @Nullable Method STREAM_CLOSED = method("QuicheQuicChannel", "streamClosed", long.class);
    private static final @Nullable Method SEND_FIN = method("QuicheQuicChannel", "streamSendFin", long.class);
    private static final @Nullable Method IDS = method("QuicheQuicChannel", "sourceConnectionIds");
    private static final @Nullable Field GUARD = field("QuicheQuicChannel", "reantranceGuard");
    private static final @Nullable Method SEND = method("QuicheQuicChannel", "connectionSendAndFlush");
    private static final @Nullable Method IS_FREED = method("QuicheQuicConnection", "isFreed");
    private static final @Nullable Method ADDRESS = method("QuicheQuicConnection", "address");
    private static final @Nullable Method CLOSE =
            method("Quiche", "quiche_conn_close", long.class, boolean.class, long.class, long.class, int.class);
    private static final @Nullable Method MEMORY = method("Quiche", "readerMemoryAddress", ByteBuf.class);
    private static final @Nullable Method TIMEOUT = method("Quiche", "quiche_conn_timeout_as_nanos", long.class);
    private static final @Nullable Field ALLOWED = field("QuicheQuicChannel", "bidiStreamsLeft");
    private static final @Nullable Method ALLOWED_NOW =
            method("Quiche", "quiche_conn_peer_streams_left_bidi", long.class);
    private static final @Nullable Field CONFIG = field("QuicheQuicCodec", "config");
    private static final @Nullable Method CONFIG_ADDRESS = method("QuicheConfig", "nativeAddress");
    private static final @Nullable Method NEXT_STREAMS =
            method("Quiche", "quiche_config_set_initial_max_streams_bidi", long.class, long.class);
    private static final @Nullable Method FINISHED =
            method("Quiche", "quiche_conn_stream_finished", long.class, long.class);
    // A method handle, since it is called for each stream after each datagram.
    private static final @Nullable MethodHandle CAPACITY =
            handle(method("Quiche", "quiche_conn_stream_capacity", long.class, long.class));

    private NettyInternals() {}

    /**
     * Removes a closed stream from its connection's table, once nothing more can come for it. Netty does so only for streams whose FIN it
     * has read. Streams that were reset or stopped would stay until the connection ends.
     */
    static void removeClosedStream(QuicStreamChannel stream) {
        call(STREAM_CLOSED, stream.parent(), stream.streamId());
    }

    /** The connection ids by which Netty finds a server's connection now; empty when they cannot be read. */
    static Set<ByteBuffer> ids(QuicChannel channel) {
        return call(IDS, channel) instanceof Set<?> known
                ? known.stream().map(ByteBuffer.class::cast).collect(Collectors.toSet())
                : Set.of();
    }

    /** Sends a FIN, maybe again. Its acknowledgement makes quiche check whether the stream has ended. */
    static void sendFinAgain(QuicStreamChannel stream) {
        call(SEND_FIN, stream.parent(), stream.streamId());
    }

    /** Whether everything that the peer sends on a stream has come, its end included. True when it is not known. */
    static boolean isFinished(QuicStreamChannel stream) {
        return !(onStream(FINISHED, stream) instanceof Boolean known) || known;
    }

    /** The same, but false when it is not known. */
    static boolean isKnownFinished(QuicStreamChannel stream) {
        return onStream(FINISHED, stream) instanceof Boolean known && known;
    }

    /** Whether quiche has dropped a stream, and given its credit back. True when it is not known. */
    static boolean isGone(QuicStreamChannel stream) {
        long capacity = capacity(stream);
        return capacity == NO_SUCH_STREAM || capacity == UNKNOWN;
    }

    /** Whether the peer has sent STOP_SENDING on a stream that quiche still has. */
    static boolean isStopped(QuicStreamChannel stream) {
        return capacity(stream) == STREAM_STOPPED;
    }

    /** Whether congestion control and flow control allow more data of a stream now. True when it is not known. */
    static boolean hasRoom(QuicStreamChannel stream) {
        return capacity(stream) != 0;
    }

    /** The state of a stream in quiche. */
    enum State {
        OPEN,
        /** The peer has sent STOP_SENDING. */
        STOPPED,
        /** quiche has dropped it, and given its credit back; or it is not known. */
        GONE
    }

    /**
     * Inspects many streams of a connection. The listener must do nothing that may end the connection: that frees the native memory that is
     * inspected here.
     */
    static <S> void inspect(
            QuicChannel channel, Iterable<S> all, Function<S, NettyStream> stream, BiConsumer<S, State> listener) {
        Object address = address(channel);
        for (S each : all) {
            long capacity = address == null
                    ? UNKNOWN
                    : capacity((long) address, stream.apply(each).channel().streamId());
            listener.accept(each, state(capacity));
        }
    }

    private static State state(long capacity) {
        if (capacity == NO_SUCH_STREAM || capacity == UNKNOWN) {
            return State.GONE;
        }
        return capacity == STREAM_STOPPED ? State.STOPPED : State.OPEN;
    }

    /**
     * Runs an action without sending a datagram for it, since each sending goes through everything that is queued. {@link #send} must
     * follow.
     */
    static void withoutSending(QuicChannel channel, Runnable action) {
        int before = guard(channel);
        if (before < 0) {
            action.run();
            return;
        }
        guard(channel, before | SENDING);
        try {
            action.run();
        } finally {
            guard(channel, guard(channel) & ~(SENDING & ~before));
        }
    }

    /** Makes Netty send nothing on a connection, or all again. It goes on receiving. */
    static void holdSending(QuicChannel channel, boolean hold) {
        int before = guard(channel);
        if (before >= 0) {
            guard(channel, hold ? before | SENDING : before & ~SENDING);
        }
    }

    // -1 when it is not known.
    private static int guard(QuicChannel channel) {
        try {
            return GUARD == null || SEND == null ? -1 : GUARD.getInt(channel);
        } catch (IllegalAccessException e) {
            return -1;
        }
    }

    private static void guard(QuicChannel channel, int value) {
        try {
            Objects.requireNonNull(GUARD).setInt(channel, value);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sends everything that is queued. */
    static void send(QuicChannel channel) {
        if (address(channel) != null) {
            call(SEND, channel);
        }
    }

    /** Makes quiche send nothing but CONNECTION_CLOSE from now on, as soon as congestion control allows. */
    static void close(QuicChannel channel, int code, ByteBuf reason) {
        ByteBuf text = Unpooled.directBuffer().writeBytes(reason);
        Object address = address(channel);
        if (address != null && call(MEMORY, null, text) instanceof Long start) {
            call(CLOSE, null, address, true, (long) code, start, text.readableBytes());
            send(channel);
        }
        text.release();
    }

    private static long capacity(QuicStreamChannel stream) {
        Object address = address(stream.parent());
        return address == null ? UNKNOWN : capacity((long) address, stream.streamId());
    }

    private static long capacity(long connection, long stream) {
        MethodHandle known = CAPACITY;
        if (known == null) {
            return UNKNOWN;
        }
        try {
            return (long) known.invokeExact(connection, stream);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Nanoseconds until quiche's next timer. While something is in flight that is the probe time-out (RFC 9002, section 6.2), which is
     * soon; otherwise it is the idle time-out. -1 when it is not known.
     */
    static long nextTimeout(QuicChannel channel) {
        Object address = address(channel);
        return address != null && call(TIMEOUT, null, address) instanceof Long known ? known : -1;
    }

    /**
     * Makes Netty read the stream credit from quiche again. Netty does so by itself only when its count for bidirectional or for
     * unidirectional streams is 0. The first never is, since one stream is reserved for pings; the second is with our servers, and not with
     * all others.
     */
    static void refreshCredit(QuicChannel channel) {
        Object address = address(channel);
        if (address != null && ALLOWED != null && call(ALLOWED_NOW, null, address) instanceof Long now) {
            try {
                ALLOWED.setLong(channel, now);
            } catch (IllegalAccessException e) {
                // Netty keeps the count that it has.
            }
        }
    }

    /** Sets how many streams a client may have open at a time, for connections that start from now on. */
    static void maxStreamsForNewConnections(ChannelHandler codec, int streams) {
        try {
            Object config = CONFIG == null ? null : CONFIG.get(codec);
            Object address = config == null ? null : call(CONFIG_ADDRESS, config);
            if (address != null) {
                call(NEXT_STREAMS, null, address, (long) streams);
            }
        } catch (IllegalAccessException e) {
            // New connections get the same as before.
        }
    }

    private static @Nullable Object onStream(@Nullable Method function, QuicStreamChannel stream) {
        Object address = address(stream.parent());
        return address == null ? null : call(function, null, address, stream.streamId());
    }

    /** The native address of a connection; null when it has ended. */
    private static @Nullable Object address(Channel channel) {
        try {
            Object connection = CONNECTION == null ? null : CONNECTION.get(channel);
            return connection == null || Boolean.TRUE.equals(call(IS_FREED, connection))
                    ? null
                    : call(ADDRESS, connection);
        } catch (IllegalAccessException e) {
            return null;
        }
    }

    private static @Nullable Object call(
            @Nullable Method method, @Nullable Object target, @Nullable Object... arguments) {
        try {
            return method == null ? null : method.invoke(target, arguments);
        } catch (InvocationTargetException | IllegalAccessException e) {
            // It cannot be done any more: the stream or the connection has ended.
            return null;
        }
    }

    private static @Nullable Field field(String of, String name) {
        try {
            Field field = known(of).getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException | RuntimeException e) {
            complain(e);
            return null;
        }
    }

    private static @Nullable Method method(String of, String name, Class<?>... parameters) {
        try {
            Method method = known(of).getDeclaredMethod(name, parameters);
            method.setAccessible(true);
            return method;
        } catch (ReflectiveOperationException | RuntimeException e) {
            complain(e);
            return null;
        }
    }

    private static @Nullable MethodHandle handle(@Nullable Method method) {
        try {
            return method == null ? null : MethodHandles.lookup().unreflect(method);
        } catch (IllegalAccessException e) {
            complain(e);
            return null;
        }
    }

    private static Class<?> known(String name) throws ClassNotFoundException {
        return Class.forName(PACKAGE + name, true, QuicChannel.class.getClassLoader());
    }

    private static void complain(Exception e) {
        LOG.log(
                Level.WARNING,
                "Netty lacks what the engine netty needs; streams may use more memory than they should: {0}",
                e.toString());
    }
}
