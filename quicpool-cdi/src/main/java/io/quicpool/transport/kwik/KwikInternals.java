package io.quicpool.transport.kwik;

import static io.quicpool.transport.kwik.Reflection.call;
import static io.quicpool.transport.kwik.Reflection.field;
import static io.quicpool.transport.kwik.Reflection.get;
import static io.quicpool.transport.kwik.Reflection.method;
import static io.quicpool.transport.kwik.Reflection.set;
import static io.quicpool.transport.kwik.Reflection.type;

import io.quicpool.transport.EngineEvents;
import io.quicpool.transport.UnsentBytes;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tech.kwik.agent15.TlsConstants;
import tech.kwik.agent15.engine.TlsClientEngine;
import tech.kwik.agent15.engine.TlsServerEngine;
import tech.kwik.core.QuicStream;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.frame.StreamFrame;
import tech.kwik.core.impl.IdleTimer;
import tech.kwik.core.impl.QuicClientConnectionImpl;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.impl.TransportError;
import tech.kwik.core.send.SendRequestQueue;
import tech.kwik.core.send.SenderImpl;
import tech.kwik.core.server.impl.ServerConnectionImpl;
import tech.kwik.core.stream.FlowControl;
import tech.kwik.core.stream.ReceiveBuffer;
import tech.kwik.core.stream.ReceiveBufferImpl;
import tech.kwik.core.stream.SendBuffer;
import tech.kwik.core.stream.StreamManager;

/**
 * Reflective access to kwik's connections and streams, for what pools need and kwik does not offer. Where a member is missing, a method
 * does nothing or returns less, and {@link #missing} tells. A test checks that nothing is missing in the version of the build.
 */
final class KwikInternals {

    private static final System.Logger LOG = System.getLogger("io.quicpool.kwik");

    private static final @Nullable Field CALLBACKS = field(QuicConnectionImpl.class, "callbackThread");
    private static final @Nullable Field STATUS = field(QuicConnectionImpl.class, "connectionState");
    private static final @Nullable Field SCHEDULER = field(QuicConnectionImpl.class, "scheduler");
    private static final @Nullable Field HELLO = field(QuicClientConnectionImpl.class, "originalClientHello");
    private static final @Nullable Field FLOW = field(QuicConnectionImpl.class, "flowController");
    private static final @Nullable Method STREAMS = method(QuicConnectionImpl.class, "getStreamManager");
    private static final @Nullable Method TLS = method(QuicConnectionImpl.class, "getTlsEngine");
    private static final @Nullable Method IDLE_TIMEOUT = method(IdleTimer.class, "getIdleTimeout");
    private static final @Nullable Field CLIENT = field(ServerConnectionImpl.class, "initialClientAddress");
    private static final String OUTPUT = "tech.kwik.core.stream.StreamOutputStreamImpl";
    private static final @Nullable Field OUTPUT_CLOSED = field(type(OUTPUT), "closed");
    private static final @Nullable Field OUTPUT_RESET = field(type(OUTPUT), "reset");
    private static final @Nullable Field OUTPUT_BUFFER = field(type(OUTPUT), "sendBuffer");
    private static final String INPUT = "tech.kwik.core.stream.StreamInputStreamImpl";
    private static final @Nullable Field INPUT_BUFFER = field(type(INPUT), "receiveBuffer");
    private static final @Nullable Field INPUT_MONITOR = field(type(INPUT), "addMonitor");
    private static final @Nullable Method INPUT_READ = method(type(INPUT), "updateAllowedFlowControl", int.class);
    private static final @Nullable Method INPUT_ALL_READ = method(type(INPUT), "allDataRead");
    private static final @Nullable Field INPUT_CLOSED = field(type(INPUT), "closed");
    private static final @Nullable Field INPUT_RESET = field(type(INPUT), "reset");
    private static final @Nullable Field INPUT_ENDED =
            field(type("tech.kwik.core.stream.QuicStreamImpl"), "inputClosed");
    private static final @Nullable Method SENDER = method(QuicConnectionImpl.class, "getSender");
    private static final @Nullable Field SEND_QUEUES = field(SenderImpl.class, "sendRequestQueue");
    private static final @Nullable Method SILENT_CLOSE =
            method(QuicConnectionImpl.class, "silentlyCloseConnection", long.class);

    private KwikInternals() {}

    /** Whether a member of kwik is missing. */
    static boolean missing() {
        return Reflection.missing();
    }

    /** Whether the connection is established and neither side has begun to close it. */
    static boolean isConnected(QuicConnectionImpl connection) {
        Object status = get(STATUS, connection);
        return status == null || status == QuicConnectionImpl.Status.Connected;
    }

    /** Whether the peer has closed the connection, so that nothing more may be sent. */
    static boolean isDraining(QuicConnectionImpl connection) {
        return get(STATUS, connection) == QuicConnectionImpl.Status.Draining;
    }

    /**
     * Waits until a client's connection has recorded its ClientHello. Another thread does so just after it was sent; an answer that is
     * processed before that fails, or is forgotten. Takes some instructions of that thread.
     */
    static void awaitClientHelloRecorded(QuicConnectionImpl connection, Duration longest) {
        awaitOtherThread(() -> HELLO == null || get(HELLO, connection) != null, longest);
    }

    /**
     * Waits until a client's last handshake message has left. kwik counts as connected while that is still queued, and application data
     * may then leave first, which the server cannot decrypt yet and drops. Takes as long as the sender's thread needs.
     */
    static void awaitHandshakeSent(QuicConnectionImpl connection, Duration longest) {
        awaitOtherThread(() -> !hasUnsentHandshake(connection), longest);
    }

    // kwik indexes its queues by the ordinal of the level.
    @SuppressWarnings("EnumOrdinal")
    private static boolean hasUnsentHandshake(QuicConnectionImpl connection) {
        return call(SENDER, connection) instanceof SenderImpl sender
                && get(SEND_QUEUES, sender) instanceof SendRequestQueue[] queues
                && queues[EncryptionLevel.Handshake.ordinal()].hasRequests();
    }

    private static void awaitOtherThread(BooleanSupplier done, Duration longest) {
        long start = System.nanoTime();
        while (!done.getAsBoolean()
                && System.nanoTime() - start < longest.toNanos()
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(50));
        }
    }

    /**
     * Whether closing or draining is over, and all threads but the callback thread are shut down. Tells by the scheduler, which kwik
     * shuts down last: the status may stay "closing" for ever when this side closes a connection that the peer has just closed.
     */
    static boolean hasEnded(QuicConnectionImpl connection) {
        return !(get(SCHEDULER, connection) instanceof ExecutorService scheduler) || scheduler.isShutdown();
    }

    /** Runs a task after the events of this connection that kwik has queued. */
    static void afterEvents(QuicConnectionImpl connection, Runnable task) {
        try {
            if (get(CALLBACKS, connection) instanceof ExecutorService callbacks) {
                callbacks.execute(task);
                return;
            }
        } catch (RejectedExecutionException e) {
            LOG.log(Level.TRACE, "the connection has ended: no further event is delivered");
        }
        task.run();
    }

    /** Ends the threads of an ended connection. kwik leaves one to the garbage collector and one to a time-out. */
    static void endThreads(QuicConnectionImpl connection) {
        if (get(CALLBACKS, connection) instanceof ExecutorService callbacks) {
            callbacks.shutdown();
        }
        if (get(SCHEDULER, connection) instanceof ExecutorService scheduler) {
            scheduler.shutdownNow();
        }
    }

    /** Ends a connection without telling the peer, and frees its resources. */
    static void giveUp(QuicConnectionImpl connection) {
        call(SILENT_CLOSE, connection, 0L);
    }

    /** The negotiated cipher suite. */
    static String cipherSuite(QuicConnectionImpl connection) {
        Object tls = call(TLS, connection);
        TlsConstants.CipherSuite suite = null;
        if (tls instanceof TlsClientEngine client) {
            suite = client.getSelectedCipher();
        } else if (tls instanceof TlsServerEngine server) {
            suite = server.getSelectedCipher();
        }
        return suite == null ? "unknown" : suite.name();
    }

    /** The negotiated idle time-out; this side's own where it cannot be read. */
    static Duration idleTimeout(QuicConnectionImpl connection, Duration own) {
        return call(IDLE_TIMEOUT, connection.getIdleTimer()) instanceof Long millis ? Duration.ofMillis(millis) : own;
    }

    /** The client's address and port; the public accessor has no port. */
    static InetSocketAddress clientAddress(ServerConnectionImpl connection) {
        return get(CLIENT, connection) instanceof InetSocketAddress address
                ? address
                : new InetSocketAddress(connection.getInitialClientAddress(), 0);
    }

    /** Gives bytes that nobody will read back to the connection's receive window. */
    static void creditConnection(QuicConnectionImpl connection, int bytes) {
        if (call(STREAMS, connection) instanceof StreamManager streams) {
            streams.updateConnectionFlowControl(bytes);
        }
    }

    /** The stream manager of a connection; null where it cannot be read. */
    static @Nullable StreamManager streams(QuicConnectionImpl connection) {
        return call(STREAMS, connection) instanceof StreamManager streams ? streams : null;
    }

    /**
     * Opens the peer's stream with this id, and those before it, as data would (RFC 9000, section 3.2). On kwik's receiver thread.
     *
     * @return whether it could be opened
     * @throws TransportError when it is beyond the peer's credit
     */
    static boolean open(QuicConnectionImpl connection, int streamId) throws TransportError {
        if (call(STREAMS, connection) instanceof StreamManager streams) {
            streams.process(new StreamFrame(streamId, new byte[0], false));
            return true;
        }
        return false;
    }

    /** Removes a stream from the tables of flow control. On the sender's thread only. */
    static void removeFromFlowControl(QuicConnectionImpl connection, QuicStream stream) {
        if (get(FLOW, connection) instanceof FlowControl flow) {
            flow.unregister(stream);
            flow.streamClosed(stream);
        }
    }

    /** How many streams are in the tables of flow control; for tests. -1 when they cannot be read. */
    static int flowEntries(QuicConnectionImpl connection) {
        Object flow = get(FLOW, connection);
        return flow != null && get(field(FlowControl.class, "streamListeners"), flow) instanceof Map<?, ?> streams
                ? streams.size()
                : -1;
    }

    /** Gives a new stream a send buffer that can be cleared while it is being sent from. Null where kwik's member is missing. */
    static @Nullable SteadySendBuffer replaceSendBuffer(QuicStream stream, UnsentBytes ofConnection) {
        OutputStream output = stream.getOutputStream();
        if (get(OUTPUT_BUFFER, output) instanceof SendBuffer buffer) {
            SteadySendBuffer steady = new SteadySendBuffer(buffer.getMaxSize(), ofConnection);
            set(OUTPUT_BUFFER, output, steady);
            return steady;
        }
        return null;
    }

    /**
     * Resets the sending side even when a FIN is queued, which kwik's own reset does not. On the sender's thread only; another thread may
     * be closing the stream at the same time.
     *
     * @return false when everything was sent in order before
     */
    static boolean abandonUnsent(QuicStream stream, long code) {
        OutputStream output = stream.getOutputStream();
        while (!Boolean.TRUE.equals(get(OUTPUT_RESET, output))) {
            if (Boolean.TRUE.equals(get(OUTPUT_CLOSED, output))) {
                if (!(get(OUTPUT_BUFFER, output) instanceof SendBuffer buffer) || !buffer.hasData()) {
                    return false;
                }
                set(OUTPUT_CLOSED, output, false);
            }
            stream.resetStream(code);
            if (OUTPUT_RESET == null) {
                return false;
            }
        }
        return true;
    }

    /**
     * Stops receiving, unless the peer's direction has ended already: kwik would count the stream as ended twice, and give the peer its
     * credit twice. The input is marked as closed first, so that a reset that arrives meanwhile is not counted either.
     */
    static void abortReading(QuicStream stream, long code) {
        InputStream input = stream.getInputStream();
        set(INPUT_CLOSED, input, true);
        if (!Boolean.TRUE.equals(get(INPUT_RESET, input)) && !Boolean.TRUE.equals(get(INPUT_ENDED, stream))) {
            stream.abortReading(code);
        }
    }

    /** Whether data or a FIN waits to be sent. */
    static boolean hasUnsent(QuicStream stream) {
        return get(OUTPUT_BUFFER, stream.getOutputStream()) instanceof SendBuffer buffer && buffer.hasData();
    }

    /** Whether something that was sent is not acknowledged yet. */
    static boolean hasInFlight(QuicConnectionImpl connection) {
        return call(SENDER, connection) instanceof SenderImpl sender
                && sender.getCongestionController().getBytesInFlight() > 0;
    }

    /** The receive buffer of a stream, and the monitor that kwik notifies when data arrives. */
    static final class Received {

        private final Object owner;
        private final ReceiveBuffer buffer;
        private final Object monitor;

        private Received(Object owner, ReceiveBuffer buffer, Object monitor) {
            this.owner = owner;
            this.buffer = buffer;
            this.monitor = monitor;
        }

        Object monitor() {
            return monitor;
        }

        boolean isEmpty() {
            return buffer.bytesAvailable() == 0;
        }

        /**
         * Reads without blocking, and gives the peer credit for more. Under the monitor.
         *
         * @return as {@link InputStream#read}; 0 when there is nothing yet
         */
        int take(byte[] bytes, int offset, int length) {
            int read = buffer.read(ByteBuffer.wrap(bytes, offset, length));
            if (read > 0) {
                call(INPUT_READ, owner, read);
            } else if (read < 0) {
                call(INPUT_ALL_READ, owner);
            }
            return read;
        }
    }

    static Received received(InputStream input) {
        return new Received(
                input,
                get(INPUT_BUFFER, input) instanceof ReceiveBuffer buffer ? buffer : new ReceiveBufferImpl(),
                Objects.requireNonNullElse(get(INPUT_MONITOR, input), input));
    }

    /** Runs a task on the connection's sender thread. */
    static void onSender(QuicConnectionImpl connection, Runnable task) {
        connection.send(
                size -> {
                    EngineEvents.guarded(task);
                    return null;
                },
                1,
                EncryptionLevel.App,
                lost -> {},
                true);
    }
}
