package io.quicpool.transport.netty;

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
 * The only reflection on Netty: what its codec knows and does not tell. Where something is missing, less is done, and it is said
 * once. All of it on the event loop.
 */
final class NettyInternals {

    private static final System.Logger LOG = System.getLogger("io.quicpool.netty");
    private static final String PACKAGE = "io.netty.handler.codec.quic.";

    /** QUICHE_ERR_INVALID_STREAM_STATE, quiche.h. */
    private static final long NO_SUCH_STREAM = -7;

    /** QUICHE_ERR_STREAM_STOPPED, quiche.h. */
    private static final long STREAM_STOPPED = -15;

    /** IN_CONNECTION_SEND, QuicheQuicChannel. */
    private static final int SENDING = 1 << 2;

    private static final long UNKNOWN = Long.MIN_VALUE;

    private static final @Nullable Field CONNECTION = field("QuicheQuicChannel", "connection");
    private static final @Nullable Method FORGET = method("QuicheQuicChannel", "streamClosed", long.class);
    private static final @Nullable Method SEND_FIN = method("QuicheQuicChannel", "streamSendFin", long.class);
    private static final @Nullable Method IDS = method("QuicheQuicChannel", "sourceConnectionIds");
    private static final @Nullable Field GUARD = field("QuicheQuicChannel", "reantranceGuard");
    private static final @Nullable Method SEND = method("QuicheQuicChannel", "connectionSendAndFlush");
    private static final @Nullable Method IS_FREED = method("QuicheQuicConnection", "isFreed");
    private static final @Nullable Method ADDRESS = method("QuicheQuicConnection", "address");
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
    // Called for each stream after each datagram: as cheap as it can be.
    private static final @Nullable MethodHandle CAPACITY =
            handle(method("Quiche", "quiche_conn_stream_capacity", long.class, long.class));

    private NettyInternals() {}

    /**
     * Takes a closed stream out of its connection's table. Netty does so only for streams whose FIN it has read: those that were
     * reset or stopped would stay until the connection ends. Only when nothing more can come for the stream.
     */
    static void forget(QuicStreamChannel stream) {
        call(FORGET, stream.parent(), stream.streamId());
    }

    /** The connection ids by which Netty knows a server's connection now; empty when they are not known. */
    static Set<ByteBuffer> ids(QuicChannel channel) {
        return call(IDS, channel) instanceof Set<?> known
                ? known.stream().map(ByteBuffer.class::cast).collect(Collectors.toSet())
                : Set.of();
    }

    /** Sends a FIN that may have been sent before: its acknowledgement makes quiche look whether the stream is over. */
    static void sendFinAgain(QuicStreamChannel stream) {
        call(SEND_FIN, stream.parent(), stream.streamId());
    }

    /** Whether all that the peer sends on a stream has come, its end included; true when it is not known. */
    static boolean isFinished(QuicStreamChannel stream) {
        return !(onStream(FINISHED, stream) instanceof Boolean known) || known;
    }

    /** The same, and false when it is not known. */
    static boolean isSurelyFinished(QuicStreamChannel stream) {
        return onStream(FINISHED, stream) instanceof Boolean known && known;
    }

    /** Whether quiche has let go of a stream, and of its credit; true when it is not known. */
    static boolean isGone(QuicStreamChannel stream) {
        long capacity = capacity(stream);
        return capacity == NO_SUCH_STREAM || capacity == UNKNOWN;
    }

    /** Whether the peer has stopped a stream (STOP_SENDING) that is not gone. */
    static boolean isStopped(QuicStreamChannel stream) {
        return capacity(stream) == STREAM_STOPPED;
    }

    /** Whether the network, as quiche sees it, and the peer have room for more of a stream; true when it is not known. */
    static boolean hasRoom(QuicStreamChannel stream) {
        return capacity(stream) != 0;
    }

    /** What quiche has of a stream. */
    enum State {
        OPEN,
        /** The peer wants no more of it (STOP_SENDING). */
        STOPPED,
        /** quiche has let go of it, and of its credit; or it cannot be asked. */
        GONE
    }

    /**
     * Asks quiche for many streams of a connection, which costs little more than the asking. The listener must do nothing that may end the
     * connection: that frees what is asked here.
     */
    static <S> void look(
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
     * Does something without a datagram being sent for it, which costs as much as all that waits to be sent:
     * {@link #send} is to follow.
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

    /** Sends what waits to be sent. */
    static void send(QuicChannel channel) {
        if (address(channel) != null) {
            call(SEND, channel);
        }
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
     * In how many nanoseconds quiche wants to be called: soon while something is in flight, for then a probe time-out is due
     * (RFC 9002, section 6.2); else not before the idle time-out. -1 when it is not known.
     */
    static long nextTimeout(QuicChannel channel) {
        Object address = address(channel);
        return address != null && call(TIMEOUT, null, address) instanceof Long known ? known : -1;
    }

    /**
     * Has Netty take over from quiche how many streams the peer allows. It does so by itself when none is left, and none is used up but
     * by who opens the last; or when the peer allows no streams in one direction either, as our servers, and not those of others.
     */
    static void lookForCredit(QuicChannel channel) {
        Object address = address(channel);
        if (address != null && ALLOWED != null && call(ALLOWED_NOW, null, address) instanceof Long now) {
            try {
                ALLOWED.setLong(channel, now);
            } catch (IllegalAccessException e) {
                // It goes on with what it knows.
            }
        }
    }

    /** How many streams the clients may have open at a time whose connections begin from now on; the others keep theirs. */
    static void nextStreams(ChannelHandler codec, int streams) {
        try {
            Object config = CONFIG == null ? null : CONFIG.get(codec);
            Object address = config == null ? null : call(CONFIG_ADDRESS, config);
            if (address != null) {
                call(NEXT_STREAMS, null, address, (long) streams);
            }
        } catch (IllegalAccessException e) {
            // They have what the others have.
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
            // What cannot be done any more: the stream or the connection is over.
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
                "this version of Netty is not one that quicpool knows; streams may cost more than they should: {0}",
                e.toString());
    }
}
