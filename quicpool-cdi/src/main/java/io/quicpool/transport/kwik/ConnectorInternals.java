package io.quicpool.transport.kwik;

import static io.quicpool.transport.kwik.Reflection.call;
import static io.quicpool.transport.kwik.Reflection.field;
import static io.quicpool.transport.kwik.Reflection.get;
import static io.quicpool.transport.kwik.Reflection.method;
import static io.quicpool.transport.kwik.Reflection.set;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tech.kwik.agent15.engine.TlsServerEngineFactory;
import tech.kwik.core.cid.ConnectionIdManager;
import tech.kwik.core.log.Logger;
import tech.kwik.core.receive.RawPacket;
import tech.kwik.core.receive.Receiver;
import tech.kwik.core.server.ServerConnectionConfig;
import tech.kwik.core.server.ServerConnectionFactory;
import tech.kwik.core.server.ServerConnectionRegistry;
import tech.kwik.core.server.ServerConnector;
import tech.kwik.core.server.impl.ApplicationProtocolRegistry;
import tech.kwik.core.server.impl.ServerConnectionImpl;
import tech.kwik.core.server.impl.ServerConnectionThread;
import tech.kwik.core.server.impl.ServerConnectorImpl;
import tech.kwik.core.util.InetTools;

/**
 * Reflective access to kwik's server connector: changes before it starts, to its new connections, and when it is closed. As in {@link
 * KwikInternals}, a method does nothing where a member is missing.
 */
final class ConnectorInternals {

    private static final System.Logger LOG = System.getLogger("io.quicpool.kwik");

    /** Stands for the sender of a dropped datagram where kwik does not tell it. */
    static final InetSocketAddress UNKNOWN_SENDER = new InetSocketAddress(0);

    private static final @Nullable Field TIMERS = field(ServerConnectorImpl.class, "sharedScheduledExecutor");
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
    private static final @Nullable Field RECEIVED = field(Receiver.class, "receivedPacketsQueue");
    private static final @Nullable Field RECEIVER_FAILED = field(Receiver.class, "abortCallback");
    private static final @Nullable Method RECEIVE = method(Receiver.class, "run");
    private static final @Nullable Field EXECUTOR = field(ServerConnectorImpl.class, "sharedExecutor");
    private static final @Nullable Field BACKLOG = field(ServerConnectionThread.class, "queue");
    private static final @Nullable Field RETRY_REQUIRED = field(ServerConnectionImpl.class, "retryRequired");
    private static final @Nullable Field RETRY_TOKEN = field(ServerConnectionImpl.class, "token");
    private static final @Nullable Field ID_MANAGER = field(ServerConnectionImpl.class, "connectionIdManager");
    private static final @Nullable Field FIRST_ID = field(ConnectionIdManager.class, "originalDestinationConnectionId");
    private static final String MEMORY_WATCHER = "tech/kwik/core/util/MemoryWatcher";
    private static final boolean NO_MEMORY_WATCHER = defineNoMemoryWatcher();

    private ConnectorInternals() {}

    /** Whether a member of kwik is missing. */
    static boolean missing() {
        return Reflection.missing() || !replaceMemoryWatcher();
    }

    /**
     * Defines a class that does nothing in the place of kwik's MemoryWatcher, before kwik loads that. Each server connector makes a
     * watcher, which sets a threshold for the whole JVM and adds a listener to the platform's memory bean. Nobody can remove the
     * listener, so it would keep the class loader of an application that is redeployed for ever.
     *
     * @return whether kwik's watcher was replaced
     */
    static boolean replaceMemoryWatcher() {
        return NO_MEMORY_WATCHER;
    }

    private static boolean defineNoMemoryWatcher() {
        String ours = NoMemoryWatcher.class.getName().replace('.', '/');
        try (InputStream in =
                Objects.requireNonNull(NoMemoryWatcher.class.getResourceAsStream("NoMemoryWatcher.class"))) {
            // ISO 8859-1 maps bytes to characters one to one. In a class file each name follows its length (JVMS
            // 4.4.7).
            String bytes = new String(in.readAllBytes(), ISO_8859_1);
            String renamed =
                    bytes.replace((char) ours.length() + ours, (char) MEMORY_WATCHER.length() + MEMORY_WATCHER);
            MethodHandles.privateLookupIn(InetTools.class, MethodHandles.lookup())
                    .defineClass(renamed.getBytes(ISO_8859_1));
            return true;
        } catch (IOException | IllegalAccessException | RuntimeException | LinkageError e) {
            LOG.log(Level.DEBUG, "cannot replace the listener with which kwik watches the memory", e);
            return false;
        }
    }

    /** The constructor arguments of a factory of server connections. */
    record FactoryParts(
            DatagramSocket socket,
            TlsServerEngineFactory tls,
            ServerConnectionConfig configuration,
            ApplicationProtocolRegistry protocols,
            ServerConnectionRegistry registry,
            Consumer<ServerConnectionImpl> closeCallback,
            Logger log) {}

    /**
     * Replaces kwik's factory of server connections.
     *
     * @return the new factory; null where a member is missing
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
     * Makes a listener go on when its receiver thread dies, for example of a transient OutOfMemoryError. kwik would call System.exit.
     *
     * @param start starts a thread for the receiver's loop
     */
    static void restartReceiver(ServerConnector connector, Consumer<Runnable> start) {
        Object receiver = get(RECEIVER, connector);
        if (receiver != null && RECEIVE != null) {
            Consumer<Throwable> restart = cause -> start.accept(() -> call(RECEIVE, receiver));
            set(RECEIVER_FAILED, receiver, restart);
        }
    }

    /**
     * Bounds kwik's queues.
     *
     * @param datagrams how many received datagrams may wait
     * @param handshakes how many first packets may wait
     * @param dropped receives the sender of each dropped datagram; {@link #UNKNOWN_SENDER} where it is not known
     */
    static void boundQueues(
            ServerConnector connector, int datagrams, int handshakes, Consumer<InetSocketAddress> dropped) {
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
            // kwik's executor uses one of its ten threads only, since its queue is unbounded and so never full.
            ThreadPoolExecutor bounded = new ThreadPoolExecutor(
                    1,
                    1,
                    1,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(handshakes),
                    original.getThreadFactory(),
                    (task, executor) -> dropped.accept(UNKNOWN_SENDER));
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
     * Prepares a new connection for a client that came back with a token, as if kwik itself had sent the Retry packet. RFC 9000, section
     * 7.3, has what the client checks.
     *
     * @param retryId the connection id that the Retry packet gave
     * @param firstId the connection id that the client chose first
     * @param token what the client must send in each Initial packet
     */
    static void applyRetry(ServerConnectionImpl connection, byte[] retryId, byte[] firstId, byte[] token) {
        // The array itself, which all of kwik shares.
        byte[] own = connection.getInitialConnectionId();
        System.arraycopy(retryId, 0, own, 0, own.length);
        set(RETRY_REQUIRED, connection, true);
        set(RETRY_TOKEN, connection, token);
        Object ids = get(ID_MANAGER, connection);
        if (ids != null) {
            set(FIRST_ID, ids, firstId);
        }
    }

    /** Ends the timer of a closed listener. After an unfinished handshake it would live for half a minute. */
    static void endTimers(ServerConnector connector) {
        if (get(TIMERS, connector) instanceof ExecutorService timers) {
            timers.shutdownNow();
        }
    }
}
