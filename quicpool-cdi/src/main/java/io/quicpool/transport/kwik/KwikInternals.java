package io.quicpool.transport.kwik;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.quicpool.transport.EngineEvents;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tech.kwik.agent15.TlsConstants;
import tech.kwik.agent15.engine.TlsClientEngine;
import tech.kwik.agent15.engine.TlsServerEngine;
import tech.kwik.agent15.engine.TlsServerEngineFactory;
import tech.kwik.core.QuicStream;
import tech.kwik.core.cid.ConnectionIdManager;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.impl.QuicClientConnectionImpl;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.log.Logger;
import tech.kwik.core.receive.RawPacket;
import tech.kwik.core.receive.Receiver;
import tech.kwik.core.send.SendRequestQueue;
import tech.kwik.core.send.SenderImpl;
import tech.kwik.core.server.ServerConnectionConfig;
import tech.kwik.core.server.ServerConnectionFactory;
import tech.kwik.core.server.ServerConnectionRegistry;
import tech.kwik.core.server.ServerConnector;
import tech.kwik.core.server.impl.ApplicationProtocolRegistry;
import tech.kwik.core.server.impl.ServerConnectionImpl;
import tech.kwik.core.server.impl.ServerConnectionThread;
import tech.kwik.core.server.impl.ServerConnectorImpl;
import tech.kwik.core.stream.FlowControl;
import tech.kwik.core.stream.ReceiveBuffer;
import tech.kwik.core.stream.SendBuffer;
import tech.kwik.core.stream.StreamManager;
import tech.kwik.core.util.InetTools;

/**
 * The parts of kwik that it keeps to itself and that a pool cannot do without; the only reflection here. Each does nothing,
 * or gives less, where it is not to be had: {@link #missing} says so, and a test says that nothing is missing in the version
 * that this is built with.
 */
final class KwikInternals {

    private static final System.Logger LOG = System.getLogger("io.quicpool.kwik");
    // Set by those below; so it stands before them.
    private static volatile boolean incomplete;

    private static final @Nullable Field CALLBACKS = field(QuicConnectionImpl.class, "callbackThread");
    private static final @Nullable Field STATUS = field(QuicConnectionImpl.class, "connectionState");
    private static final @Nullable Field HELLO = field(QuicClientConnectionImpl.class, "originalClientHello");
    private static final @Nullable Field FLOW = field(QuicConnectionImpl.class, "flowController");
    private static final @Nullable Method STREAMS = method(QuicConnectionImpl.class, "getStreamManager");
    private static final @Nullable Method TLS = method(QuicConnectionImpl.class, "getTlsEngine");
    private static final @Nullable Field CLIENT = field(ServerConnectionImpl.class, "initialClientAddress");
    private static final @Nullable Field TIMERS = field(ServerConnectorImpl.class, "sharedScheduledExecutor");
    private static final String OUTPUT = "tech.kwik.core.stream.StreamOutputStreamImpl";
    private static final @Nullable Field OUTPUT_CLOSED = field(type(OUTPUT), "closed");
    private static final @Nullable Field OUTPUT_RESET = field(type(OUTPUT), "reset");
    private static final @Nullable Field OUTPUT_BUFFER = field(type(OUTPUT), "sendBuffer");
    private static final String INPUT = "tech.kwik.core.stream.StreamInputStreamImpl";
    private static final @Nullable Field INPUT_BUFFER = field(type(INPUT), "receiveBuffer");
    private static final @Nullable Field INPUT_CLOSED = field(type(INPUT), "closed");
    private static final @Nullable Field INPUT_RESET = field(type(INPUT), "reset");
    private static final @Nullable Field INPUT_ENDED =
            field(type("tech.kwik.core.stream.QuicStreamImpl"), "inputClosed");
    private static final @Nullable Method SENDER = method(QuicConnectionImpl.class, "getSender");
    private static final @Nullable Field SEND_QUEUES = field(SenderImpl.class, "sendRequestQueue");
    private static final @Nullable Field FACTORY = field(ServerConnectorImpl.class, "serverConnectionFactory");
    private static final @Nullable Field FACTORY_SOCKET = field(ServerConnectionFactory.class, "serverSocket");
    private static final @Nullable Field FACTORY_TLS = field(ServerConnectionFactory.class, "tlsServerEngineFactory");
    private static final @Nullable Field FACTORY_CONFIGURATION = field(ServerConnectionFactory.class, "configuration");
    private static final @Nullable Field FACTORY_PROTOCOLS =
            field(ServerConnectionFactory.class, "applicationProtocolRegistry");
    private static final @Nullable Field FACTORY_REGISTRY = field(ServerConnectionFactory.class, "connectionRegistry");
    private static final @Nullable Field FACTORY_CLOSED = field(ServerConnectionFactory.class, "closeCallback");
    private static final @Nullable Field FACTORY_LOG = field(ServerConnectionFactory.class, "log");
    private static final @Nullable Field RECEIVER = field(ServerConnectorImpl.class, "receiver");
    /** Who sent what was dropped, where kwik does not say. */
    static final InetSocketAddress SOMEBODY = new InetSocketAddress(0);

    private static final @Nullable Field RECEIVED = field(Receiver.class, "receivedPacketsQueue");
    private static final @Nullable Field RECEIVER_FAILED = field(Receiver.class, "abortCallback");
    private static final @Nullable Method RECEIVE = method(Receiver.class, "run");
    private static final @Nullable Field EXECUTOR = field(ServerConnectorImpl.class, "sharedExecutor");
    private static final @Nullable Field BACKLOG = field(ServerConnectionThread.class, "queue");
    private static final @Nullable Field RETRY_REQUIRED = field(ServerConnectionImpl.class, "retryRequired");
    private static final @Nullable Field RETRY_TOKEN = field(ServerConnectionImpl.class, "token");
    private static final @Nullable Field ID_MANAGER = field(ServerConnectionImpl.class, "connectionIdManager");
    private static final @Nullable Field FIRST_ID = field(ConnectionIdManager.class, "originalDestinationConnectionId");
    private static final @Nullable Method SILENT_CLOSE =
            method(QuicConnectionImpl.class, "silentlyCloseConnection", long.class);
    private static final String MEMORY_WATCHER = "tech/kwik/core/util/MemoryWatcher";
    private static final boolean NO_MEMORY_WATCHER = replaceMemoryWatcher();

    private KwikInternals() {}

    /** Whether some of it is not to be had. */
    static boolean missing() {
        return incomplete || !watchNoMemory();
    }

    /**
     * Puts a class that does nothing in the place of kwik's MemoryWatcher, before kwik looks for it. Each server connector
     * makes one, which sets a threshold for the whole JVM and registers a listener with the platform's memory bean that
     * nobody can remove: it would keep the class loader of an application that was deployed anew for ever.
     *
     * @return whether kwik watches no memory
     */
    static boolean watchNoMemory() {
        return NO_MEMORY_WATCHER;
    }

    private static boolean replaceMemoryWatcher() {
        String ours = NoMemoryWatcher.class.getName().replace('.', '/');
        try (InputStream in =
                Objects.requireNonNull(NoMemoryWatcher.class.getResourceAsStream("NoMemoryWatcher.class"))) {
            // ISO 8859-1 maps bytes to characters one to one; a name in a class file has its length before it (JVMS
            // 4.4.7).
            String bytes = new String(in.readAllBytes(), ISO_8859_1);
            String renamed =
                    bytes.replace((char) ours.length() + ours, (char) MEMORY_WATCHER.length() + MEMORY_WATCHER);
            MethodHandles.privateLookupIn(InetTools.class, MethodHandles.lookup())
                    .defineClass(renamed.getBytes(ISO_8859_1));
            return true;
        } catch (IOException | IllegalAccessException | RuntimeException | LinkageError e) {
            LOG.log(Level.DEBUG, "kwik watches the memory", e);
            return false;
        }
    }

    /** Whether the connection is established and neither side has begun to close it. */
    static boolean connected(QuicConnectionImpl connection) {
        Object status = get(STATUS, connection);
        return status == null || status == QuicConnectionImpl.Status.Connected;
    }

    /**
     * Waits until a client's connection has noted what it sent first: its thread does so after the sender's has sent it, and
     * an answer that is processed before is an error, or is forgotten. It takes as long as some instructions of another thread.
     */
    static void awaitHelloNoted(QuicConnectionImpl connection, Duration longest) {
        awaitOtherThread(() -> HELLO == null || get(HELLO, connection) != null, longest);
    }

    /**
     * Waits until a client's last word of the handshake is on its way. kwik counts it as connected when that waits to be sent, and
     * what an application says then may leave first: for a server that cannot read it yet, and drops it. It takes as long as the
     * sender's thread needs for that.
     */
    static void awaitHandshakeSent(QuicConnectionImpl connection, Duration longest) {
        awaitOtherThread(() -> !hasUnsentHandshake(connection), longest);
    }

    // That is how kwik finds the queue of a level.
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

    /** Whether closing or draining is over and everything but the callback thread has been told to end. */
    static boolean ended(QuicConnectionImpl connection) {
        Object status = get(STATUS, connection);
        return status == null || status == QuicConnectionImpl.Status.Closed;
    }

    /** Runs a task behind the events that kwik has yet to tell of this connection. */
    static void afterEvents(QuicConnectionImpl connection, Runnable task) {
        try {
            if (get(CALLBACKS, connection) instanceof ExecutorService callbacks) {
                callbacks.execute(task);
                return;
            }
        } catch (RejectedExecutionException e) {
            LOG.log(Level.TRACE, "no events follow any more");
        }
        task.run();
    }

    /** Ends the thread of a connection that kwik leaves to the garbage collector. Waits for it for a moment. */
    static boolean endCallbacks(QuicConnectionImpl connection, Duration timeout) throws InterruptedException {
        if (get(CALLBACKS, connection) instanceof ExecutorService callbacks) {
            callbacks.shutdown();
            return callbacks.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
        }
        return true;
    }

    /** Ends the timer of a closed listener, which would live for half a minute after a handshake that was not finished. */
    static void endTimers(ServerConnector connector) {
        if (get(TIMERS, connector) instanceof ExecutorService timers) {
            timers.shutdownNow();
        }
    }

    // ---- what a listener does to kwik's server connector, before it is started

    /** What a factory of server connections is made of. */
    record FactoryParts(
            DatagramSocket socket,
            TlsServerEngineFactory tls,
            ServerConnectionConfig configuration,
            ApplicationProtocolRegistry protocols,
            ServerConnectionRegistry registry,
            Consumer<ServerConnectionImpl> closeCallback,
            Logger log) {}

    /**
     * Puts another factory of connections in the place of kwik's.
     *
     * @return the new one; null where that cannot be done
     */
    @SuppressWarnings("unchecked") // that is its type
    static @Nullable GatedConnections replaceFactory(
            ServerConnector connector, Function<FactoryParts, GatedConnections> replacement) {
        Object original = get(FACTORY, connector);
        if (original != null
                && get(FACTORY_SOCKET, original) instanceof DatagramSocket socket
                && get(FACTORY_TLS, original) instanceof TlsServerEngineFactory tls
                && get(FACTORY_CONFIGURATION, original) instanceof ServerConnectionConfig configuration
                && get(FACTORY_PROTOCOLS, original) instanceof ApplicationProtocolRegistry protocols
                && get(FACTORY_REGISTRY, original) instanceof ServerConnectionRegistry registry
                && get(FACTORY_CLOSED, original) instanceof Consumer<?> closed
                && get(FACTORY_LOG, original) instanceof Logger log) {
            GatedConnections factory = replacement.apply(new FactoryParts(
                    socket, tls, configuration, protocols, registry, (Consumer<ServerConnectionImpl>) closed, log));
            set(FACTORY, connector, factory);
            return factory;
        }
        return null;
    }

    /**
     * Has a listener go on to receive when its thread dies, of no memory for a moment say: kwik's answer is to end the JVM.
     *
     * @param again is given what receives until it dies
     */
    static void surviveReceiver(ServerConnector connector, Consumer<Runnable> again) {
        Object receiver = get(RECEIVER, connector);
        if (receiver != null && RECEIVE != null) {
            Consumer<Throwable> goOn = cause -> again.accept(() -> call(RECEIVE, receiver));
            set(RECEIVER_FAILED, receiver, goOn);
        }
    }

    /**
     * Bounds what may wait to be looked at, where kwik would let it grow without end. The last argument is told from whom each
     * datagram was that is dropped; from {@link #SOMEBODY} where that is not known.
     */
    static void boundQueues(
            ServerConnector connector, int datagrams, int beginnings, Consumer<InetSocketAddress> dropped) {
        Object receiver = get(RECEIVER, connector);
        if (receiver != null) {
            set(
                    RECEIVED,
                    receiver,
                    new DroppingQueue<RawPacket>(
                            datagrams,
                            each -> dropped.accept(new InetSocketAddress(each.getAddress(), each.getPort()))));
        }
        if (get(EXECUTOR, connector) instanceof ThreadPoolExecutor original) {
            // kwik's has up to ten threads of which all but one wait for a queue to be full that never is.
            ThreadPoolExecutor bounded = new ThreadPoolExecutor(
                    1,
                    1,
                    1,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(beginnings),
                    original.getThreadFactory(),
                    (task, executor) -> dropped.accept(SOMEBODY));
            bounded.allowCoreThreadTimeOut(true);
            set(EXECUTOR, connector, bounded);
            original.shutdown();
        }
    }

    /** How many datagrams wait for one connection. */
    static int backlog(ServerConnectionThread thread) {
        return get(BACKLOG, thread) instanceof Collection<?> queue ? queue.size() : 0;
    }

    /**
     * Has a connection that was just made answer a client that came back with a token: as if kwik itself had sent the Retry
     * packet (RFC 9000, section 7.3, says what the client checks).
     *
     * @param retryId the id that the Retry packet gave
     * @param firstId the id that the client chose first
     * @param token what the client must bring in each Initial packet
     */
    static void validated(ServerConnectionImpl connection, byte[] retryId, byte[] firstId, byte[] token) {
        // The array that all of kwik shares.
        byte[] own = connection.getInitialConnectionId();
        System.arraycopy(retryId, 0, own, 0, own.length);
        set(RETRY_REQUIRED, connection, true);
        set(RETRY_TOKEN, connection, token);
        Object ids = get(ID_MANAGER, connection);
        if (ids != null) {
            set(FIRST_ID, ids, firstId);
        }
    }

    /** Ends a connection without a word, and frees what it holds. */
    static void giveUp(QuicConnectionImpl connection) {
        call(SILENT_CLOSE, connection, 0L);
    }

    /** The cipher suite that was agreed on. */
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

    /** The client's address and port; the public accessor has no port. */
    static InetSocketAddress clientAddress(ServerConnectionImpl connection) {
        return get(CLIENT, connection) instanceof InetSocketAddress address
                ? address
                : new InetSocketAddress(connection.getInitialClientAddress(), 0);
    }

    /** Gives the connection's receive window bytes back that nobody will read. */
    static void creditConnection(QuicConnectionImpl connection, int bytes) {
        if (call(STREAMS, connection) instanceof StreamManager streams) {
            streams.updateConnectionFlowControl(bytes);
        }
    }

    /** Takes a stream out of the tables of flow control. Sender's thread only. */
    static void forgetFlow(QuicConnectionImpl connection, QuicStream stream) {
        if (get(FLOW, connection) instanceof FlowControl flow) {
            flow.unregister(stream);
            flow.streamClosed(stream);
        }
    }

    /** How many streams are in the tables of flow control; for tests. -1 when that cannot be said. */
    static int flowEntries(QuicConnectionImpl connection) {
        Object flow = get(FLOW, connection);
        return flow != null && get(field(FlowControl.class, "streamListeners"), flow) instanceof Map<?, ?> streams
                ? streams.size()
                : -1;
    }

    /** Gives a stream that is new a buffer that can be cleared while it is being sent. */
    static void steady(QuicStream stream) {
        OutputStream output = stream.getOutputStream();
        if (get(OUTPUT_BUFFER, output) instanceof SendBuffer buffer) {
            set(OUTPUT_BUFFER, output, new SteadySendBuffer(buffer.getMaxSize()));
        }
    }

    /**
     * Resets the sending side whatever of it waits to be sent, a FIN included, which kwik's own reset leaves alone. False
     * when all of it was sent in order. Sender's thread only; the stream's owner may be closing it at the same time.
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
     * Stops receiving, unless that side has ended already: kwik would count the stream as ended once more, and give the peer
     * its credit twice. What comes from now on is refused first, so that a reset that arrives meanwhile does not count too.
     */
    static void abortReading(QuicStream stream, long code) {
        InputStream input = stream.getInputStream();
        set(INPUT_CLOSED, input, true);
        if (!Boolean.TRUE.equals(get(INPUT_RESET, input)) && !Boolean.TRUE.equals(get(INPUT_ENDED, stream))) {
            stream.abortReading(code);
        }
    }

    /** Whether some of what was written, or the FIN behind it, waits to be sent. */
    static boolean hasUnsent(QuicStream stream) {
        return get(OUTPUT_BUFFER, stream.getOutputStream()) instanceof SendBuffer buffer && buffer.hasData();
    }

    /** Whether something was sent that is not acknowledged yet. */
    static boolean hasInFlight(QuicConnectionImpl connection) {
        return call(SENDER, connection) instanceof SenderImpl sender
                && sender.getCongestionController().getBytesInFlight() > 0;
    }

    /**
     * Reads what had arrived before the connection ended: kwik keeps it, and refuses to give it.
     *
     * @return as {@link InputStream#read}; 0 when there is nothing left, or it is not known that nothing would follow
     */
    static int readLeft(InputStream input, byte[] bytes, int offset, int length) {
        return get(INPUT_BUFFER, input) instanceof ReceiveBuffer buffer
                ? buffer.read(ByteBuffer.wrap(bytes, offset, length))
                : 0;
    }

    /** Runs a task on the thread that sends for this connection. */
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

    private static @Nullable Object get(@Nullable Field field, Object owner) {
        try {
            return field == null ? null : field.get(owner);
        } catch (IllegalAccessException | IllegalArgumentException e) {
            return null;
        }
    }

    private static void set(@Nullable Field field, Object owner, Object value) {
        try {
            if (field != null) {
                field.set(owner, value);
            }
        } catch (IllegalAccessException e) {
            LOG.log(Level.DEBUG, "cannot set {0}", field);
        }
    }

    private static @Nullable Object call(@Nullable Method method, Object owner, Object... arguments) {
        try {
            return method == null ? null : method.invoke(owner, arguments);
        } catch (IllegalAccessException | InvocationTargetException e) {
            return null;
        }
    }

    private static @Nullable Class<?> type(String name) {
        try {
            return Class.forName(name, false, QuicConnectionImpl.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    private static @Nullable Field field(@Nullable Class<?> owner, String name) {
        try {
            if (owner == null) {
                throw new NoSuchFieldException(name);
            }
            Field field = owner.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException | RuntimeException e) {
            incomplete = true;
            LOG.log(Level.WARNING, "this kwik has no {0}: some of its leaks cannot be repaired", name);
            return null;
        }
    }

    private static @Nullable Method method(Class<?> owner, String name, Class<?>... parameters) {
        try {
            Method method = owner.getDeclaredMethod(name, parameters);
            method.setAccessible(true);
            return method;
        } catch (ReflectiveOperationException | RuntimeException e) {
            incomplete = true;
            LOG.log(Level.WARNING, "this kwik has no {0}: some of its leaks cannot be repaired", name);
            return null;
        }
    }
}
