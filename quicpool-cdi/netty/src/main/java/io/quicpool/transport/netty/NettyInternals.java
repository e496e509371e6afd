package io.quicpool.transport.netty;

import static io.quicpool.transport.engine.Reflection.call;
import static io.quicpool.transport.engine.Reflection.field;
import static io.quicpool.transport.engine.Reflection.get;
import static io.quicpool.transport.engine.Reflection.handle;
import static io.quicpool.transport.engine.Reflection.method;
import static io.quicpool.transport.engine.Reflection.set;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.quic.FlushStrategy;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.quicpool.transport.engine.Reflection;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All reflective access to Netty: what its codec knows and does not report. Netty is in the same jar, so every member is there: this class
 * does not load otherwise. Everything on the event loop.
 */
final class NettyInternals {

    /** QUICHE_ERR_INVALID_STREAM_STATE, quiche.h. */
    private static final long NO_SUCH_STREAM = -7;

    /** QUICHE_ERR_STREAM_STOPPED, quiche.h. */
    private static final long STREAM_STOPPED = -15;

    /** The address of settings that are freed, QuicheConfig. */
    static final long FREED = -1;

    /** The length of this side's connection ids, QuicCodecBuilder. */
    private static final int ID_LENGTH = 20;

    /** IN_CONNECTION_SEND, QuicheQuicChannel. */
    private static final int SENDING = 1 << 2;

    private static final Class<?> CHANNEL = type("QuicheQuicChannel");
    private static final Field CONNECTION = field(CHANNEL, "connection");
    private static final Method STREAM_CLOSED = method(CHANNEL, "streamClosed", long.class);
    private static final Method SEND_FIN = method(CHANNEL, "streamSendFin", long.class);
    private static final Method IDS = method(CHANNEL, "sourceConnectionIds");
    private static final Field GUARD = field(CHANNEL, "reantranceGuard");
    private static final Method SEND = method(CHANNEL, "connectionSendAndFlush");
    private static final Field ALLOWED = field(CHANNEL, "bidiStreamsLeft");

    private static final Method IS_FREED = method(type("QuicheQuicConnection"), "isFreed");
    private static final Method ADDRESS = method(type("QuicheQuicConnection"), "address");
    private static final Field CONFIG = field(type("QuicheQuicCodec"), "config");
    private static final Method CONFIG_ADDRESS = method(type("QuicheConfig"), "nativeAddress");

    private static final Method MAKE_CONFIG = method(QuicCodecBuilder.class, "createConfig");
    private static final Method FREE_CONFIG = method(type("QuicheConfig"), "free");
    private static final Field ADDRESS_OF_CONFIG = field(type("QuicheConfig"), "config");
    private static final Method BUILD = method(
            QuicClientCodecBuilder.class,
            "build",
            type("QuicheConfig"),
            Function.class,
            Executor.class,
            int.class,
            FlushStrategy.class);

    private static final Class<?> QUICHE = type("Quiche");
    private static final Method CLOSE =
            method(QUICHE, "quiche_conn_close", long.class, boolean.class, long.class, long.class, int.class);
    private static final Method MEMORY = method(QUICHE, "readerMemoryAddress", ByteBuf.class);
    private static final Method TIMEOUT = method(QUICHE, "quiche_conn_timeout_as_nanos", long.class);
    private static final Method ALLOWED_NOW = method(QUICHE, "quiche_conn_peer_streams_left_bidi", long.class);
    private static final Method NEXT_STREAMS =
            method(QUICHE, "quiche_config_set_initial_max_streams_bidi", long.class, long.class);
    private static final Method FINISHED = method(QUICHE, "quiche_conn_stream_finished", long.class, long.class);
    // A method handle, since it is called for each stream after each datagram.
    private static final MethodHandle CAPACITY = handle(QUICHE, "quiche_conn_stream_capacity", long.class, long.class);

    private NettyInternals() {}

    /**
     * Loads this class.
     *
     * @throws LinkageError which names the member that is missing
     */
    static void load() {
        // Its members are found already.
    }

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

    /** Whether everything that the peer sends on a stream has come, its end included. True when the connection has ended. */
    static boolean isFinished(QuicStreamChannel stream) {
        return !(onStream(FINISHED, stream) instanceof Boolean known) || known;
    }

    /** The same, but false when the connection has ended. */
    static boolean isKnownFinished(QuicStreamChannel stream) {
        return onStream(FINISHED, stream) instanceof Boolean known && known;
    }

    /** Whether quiche has dropped a stream, and given its credit back. True when the connection has ended. */
    static boolean isGone(QuicStreamChannel stream) {
        long capacity = capacity(stream);
        return capacity == NO_SUCH_STREAM;
    }

    /** Whether the peer has sent STOP_SENDING on a stream that quiche still has. */
    static boolean isStopped(QuicStreamChannel stream) {
        return capacity(stream) == STREAM_STOPPED;
    }

    /** Whether congestion control and flow control allow more data of a stream now. True when the connection has ended. */
    static boolean hasRoom(QuicStreamChannel stream) {
        return capacity(stream) != 0;
    }

    /** The state of a stream in quiche. */
    enum State {
        OPEN,
        /** The peer has sent STOP_SENDING. */
        STOPPED,
        /** quiche has dropped it, and given its credit back; or the connection has ended. */
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
                    ? NO_SUCH_STREAM
                    : capacity((long) address, stream.apply(each).channel().streamId());
            listener.accept(each, state(capacity));
        }
    }

    private static State state(long capacity) {
        if (capacity == NO_SUCH_STREAM) {
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
        guard(channel, hold ? before | SENDING : before & ~SENDING);
    }

    private static int guard(QuicChannel channel) {
        return (int) Objects.requireNonNull(get(GUARD, channel));
    }

    private static void guard(QuicChannel channel, int value) {
        set(GUARD, channel, value);
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
        return address == null ? NO_SUCH_STREAM : capacity((long) address, stream.streamId());
    }

    private static long capacity(long connection, long stream) {
        try {
            return (long) CAPACITY.invokeExact(connection, stream);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Nanoseconds until quiche's next timer. While something is in flight that is the probe time-out (RFC 9002, section 6.2), which is
     * soon; otherwise it is the idle time-out. -1 when the connection has ended.
     */
    static long nextTimeout(QuicChannel channel) {
        Object address = address(channel);
        return address != null && call(TIMEOUT, null, address) instanceof Long known ? known : -1;
    }

    /**
     * Whether quiche's next timer expires within some nanoseconds. Where that is less than the idle time-out has left, it is the timer of
     * a probe: something is in flight.
     */
    static boolean hasTimerWithin(QuicChannel channel, long nanos) {
        long next = nextTimeout(channel);
        return next >= 0 && next < nanos;
    }

    /**
     * Makes Netty read the stream credit from quiche again. Netty does so by itself only when its count for bidirectional or for
     * unidirectional streams is 0. The first never is, since one stream is reserved for pings; the second is with our servers, and not with
     * all others.
     */
    static void refreshCredit(QuicChannel channel) {
        Object address = address(channel);
        if (address != null && call(ALLOWED_NOW, null, address) instanceof Long now) {
            set(ALLOWED, channel, now);
        }
    }

    /** Makes quiche's settings as a builder has them. They must be freed. */
    static Object config(QuicClientCodecBuilder builder) {
        return Objects.requireNonNull(call(MAKE_CONFIG, builder));
    }

    /** Makes Netty find other settings at this address, or none ({@link #FREED}). Returns the address before. */
    static long swapAddress(Object config, long address) {
        long before = (long) Objects.requireNonNull(get(ADDRESS_OF_CONFIG, config));
        set(ADDRESS_OF_CONFIG, config, address);
        return before;
    }

    static void free(Object config) {
        call(FREE_CONFIG, config);
    }

    /** The codec of a client with these settings. Netty's builder makes new settings for each. */
    static ChannelHandler clientCodec(
            QuicClientCodecBuilder builder, Object config, Function<QuicChannel, QuicSslEngine> tls) {
        return (ChannelHandler)
                Objects.requireNonNull(call(BUILD, builder, config, tls, null, ID_LENGTH, FlushStrategy.DEFAULT));
    }

    /** Sets how many streams a client may have open at a time, for connections that start from now on. */
    static void maxStreamsForNewConnections(ChannelHandler codec, int streams) {
        Object config = Objects.requireNonNull(get(CONFIG, codec));
        call(NEXT_STREAMS, null, call(CONFIG_ADDRESS, config), (long) streams);
    }

    private static @Nullable Object onStream(Method function, QuicStreamChannel stream) {
        Object address = address(stream.parent());
        return address == null ? null : call(function, null, address, stream.streamId());
    }

    /** The native address of a connection; null when it has ended. */
    private static @Nullable Object address(Channel channel) {
        Object connection = get(CONNECTION, channel);
        return connection == null || Boolean.TRUE.equals(call(IS_FREED, connection)) ? null : call(ADDRESS, connection);
    }

    private static Class<?> type(String name) {
        return Reflection.type(QuicChannel.class, QuicChannel.class.getPackageName() + "." + name);
    }
}
