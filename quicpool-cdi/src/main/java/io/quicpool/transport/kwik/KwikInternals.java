package io.quicpool.transport.kwik;

import static io.quicpool.transport.engine.Reflection.call;
import static io.quicpool.transport.engine.Reflection.get;

import io.quicpool.transport.Deadline;
import io.quicpool.transport.EngineEvents;
import io.quicpool.transport.UnsentBytes;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import tech.kwik.agent15.TlsConstants;
import tech.kwik.agent15.engine.TlsClientEngine;
import tech.kwik.agent15.engine.TlsServerEngine;
import tech.kwik.core.QuicStream;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.impl.QuicClientConnectionImpl;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.send.SenderImpl;
import tech.kwik.core.server.ApplicationProtocolConnectionFactory;
import tech.kwik.core.server.impl.ApplicationProtocolRegistry;
import tech.kwik.core.stream.FlowControl;
import tech.kwik.core.stream.ReceiveBuffer;

/** Access to kwik's connections and streams, for what pools need and kwik does not offer. See {@link KwikMembers}. */
final class KwikInternals {

    private static final System.Logger LOG = System.getLogger("io.quicpool.kwik");

    private KwikInternals() {}

    /** Whether the connection is established and neither side has begun to close it. */
    static boolean isConnected(QuicConnectionImpl connection) {
        if (connection instanceof GatedConnection server) {
            return server.isConnected();
        }
        return connection instanceof QuicClientConnectionImpl client && client.isConnected();
    }

    /**
     * Waits until a client's last handshake message has left. kwik counts as connected while that is still queued, and application data
     * may then leave first, which the server cannot decrypt yet and drops. Takes as long as the sender's thread needs.
     */
    static void awaitHandshakeSent(QuicConnectionImpl connection, Duration longest) {
        awaitOtherThread(() -> !SmallDatagrams.hasRequests(connection, EncryptionLevel.Handshake), longest);
    }

    /** Does not check the name in the certificate of a client's server: our trust manager does. */
    static void withoutNameCheck(QuicClientConnectionImpl connection) {
        ((TlsClientEngine) invoke(KwikMembers.TLS, connection)).setHostnameVerifier((name, certificate) -> true);
    }

    /** Waits for a moment that another thread takes. An interrupt ends the wait. */
    static void awaitOtherThread(BooleanSupplier done, Duration longest) {
        Deadline deadline = Deadline.after(longest);
        while (!done.getAsBoolean()
                && !deadline.hasPassed()
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(50));
        }
    }

    /**
     * Whether closing or draining is over, and all threads but the callback thread are shut down. Tells by the scheduler, which kwik
     * shuts down last: the status may stay "closing" for ever when this side closes a connection that the peer has just closed.
     */
    static boolean hasEnded(QuicConnectionImpl connection) {
        return scheduler(connection).isShutdown();
    }

    /** Runs a task after the events of this connection that kwik has queued. */
    static void afterEvents(QuicConnectionImpl connection, Runnable task) {
        try {
            callbacks(connection).execute(task);
        } catch (RejectedExecutionException e) {
            LOG.log(Level.TRACE, "the connection has ended: no further event is delivered");
            task.run();
        }
    }

    /** Ends the threads of an ended connection. kwik leaves one to the garbage collector and one to a time-out. */
    static void endThreads(QuicConnectionImpl connection) {
        callbacks(connection).shutdown();
        scheduler(connection).shutdownNow();
    }

    private static ExecutorService callbacks(QuicConnectionImpl connection) {
        return connection instanceof GatedConnection server
                ? server.callbacks()
                : (ExecutorService) read(KwikMembers.CALLBACKS, connection);
    }

    private static ExecutorService scheduler(QuicConnectionImpl connection) {
        return (ExecutorService) read(KwikMembers.SCHEDULER, connection);
    }

    /** The negotiated cipher suite. */
    static String cipherSuite(QuicConnectionImpl connection) {
        Object tls = connection instanceof GatedConnection server ? server.tls() : invoke(KwikMembers.TLS, connection);
        TlsConstants.CipherSuite suite = null;
        if (tls instanceof TlsClientEngine client) {
            suite = client.getSelectedCipher();
        } else if (tls instanceof TlsServerEngine server) {
            suite = server.getSelectedCipher();
        }
        return suite == null ? "unknown" : suite.name();
    }

    /** The idle time-out: the smaller one of both sides' (RFC 9000, section 10.1). */
    static Duration idleTimeout(QuicConnectionImpl connection, Duration own) {
        long peers = connection instanceof GatedConnection server
                ? server.parameters().peersIdleTimeout()
                : ((QuicClientConnectionImpl) connection)
                        .getPeerTransportParameters()
                        .getMaxIdleTimeout();
        return peers == 0 ? own : Duration.ofMillis(Math.min(own.toMillis(), peers));
    }

    /** The application protocol of a server. */
    static ApplicationProtocolRegistry protocols(String alpn, ApplicationProtocolConnectionFactory factory) {
        ApplicationProtocolRegistry protocols = new ApplicationProtocolRegistry();
        call(KwikMembers.PROTOCOL, protocols, alpn, factory);
        return protocols;
    }

    /** Gives bytes that nobody will read back to the connection's receive window. */
    static void credit(InputStream input, int bytes) {
        call(KwikMembers.INPUT_READ, input, bytes);
    }

    /** What the peer lets this side send. */
    static FlowControl flow(QuicConnectionImpl connection) {
        return connection instanceof GatedConnection server
                ? server.flowControl()
                : ((QuicClientConnectionImpl) connection).getFlowController();
    }

    /** Makes the sending part of a new stream, in place of kwik's own. */
    static OutgoingData outgoing(QuicConnectionImpl connection, QuicStream stream, UnsentBytes ofConnection) {
        FlowControl flow = flow(connection);
        OutgoingData outgoing = new OutgoingData(connection, stream, flow, ofConnection);
        flow.register(stream, outgoing);
        return outgoing;
    }

    /** The FIN or RESET_STREAM of the stream is sent. On the sender's thread. */
    static void outputEnded(QuicStream stream) {
        call(KwikMembers.OUTPUT_ENDED, stream);
    }

    /** Whether something that was sent is not acknowledged yet. */
    static boolean hasInFlight(QuicConnectionImpl connection) {
        return sender(connection).getCongestionController().getBytesInFlight() > 0;
    }

    static SenderImpl sender(QuicConnectionImpl connection) {
        return connection instanceof GatedConnection server
                ? server.sender()
                : (SenderImpl) invoke(KwikMembers.SENDER, connection);
    }

    private static Object read(Field field, Object owner) {
        return Objects.requireNonNull(get(field, owner), field.getName());
    }

    private static Object invoke(Method method, Object owner) {
        return Objects.requireNonNull(call(method, owner), method.getName());
    }

    /** The receive buffer of a stream, and the monitor that kwik notifies when data arrives. */
    static final class Received {

        private final Object owner;
        private final ReceiveBuffer buffer;
        private final Object monitor;
        // Under the monitor.
        private boolean ended;

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
         * @param allRead whether the FIN was seen and nothing is left: kwik may not have processed that packet yet
         * @return as {@link InputStream#read}; 0 when there is nothing yet
         */
        int take(byte[] bytes, int offset, int length, boolean allRead) {
            int read = allRead ? -1 : buffer.read(ByteBuffer.wrap(bytes, offset, length));
            if (read > 0) {
                call(KwikMembers.INPUT_READ, owner, read);
            } else if (read < 0 && !ended) {
                ended = true;
                call(KwikMembers.INPUT_ALL_READ, owner);
            }
            return read;
        }

        /** Receives no more, unless the end was read: kwik would count the stream as ended twice. */
        void abort(QuicStream stream, long code) {
            synchronized (monitor) {
                if (ended) {
                    return;
                }
                ended = true;
            }
            stream.abortReading(code);
        }
    }

    static Received received(InputStream input) {
        return new Received(
                input, (ReceiveBuffer) read(KwikMembers.INPUT_BUFFER, input), read(KwikMembers.INPUT_MONITOR, input));
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
