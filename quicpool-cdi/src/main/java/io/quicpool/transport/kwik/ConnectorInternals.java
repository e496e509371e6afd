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
 * What a listener does to kwik's server connector before it is started, to the connections that this makes, and to what is left
 * of it in the end. As in {@link KwikInternals}, each does nothing where it is not to be had.
 */
final class ConnectorInternals {

    private static final System.Logger LOG = System.getLogger("io.quicpool.kwik");

    /** Who sent what was dropped, where kwik does not say. */
    static final InetSocketAddress SOMEBODY = new InetSocketAddress(0);

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
    private static final boolean NO_MEMORY_WATCHER = replaceMemoryWatcher();

    private ConnectorInternals() {}

    /** Whether some of it is not to be had. */
    static boolean missing() {
        return Reflection.missing() || !watchNoMemory();
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

    /** Ends the timer of a closed listener, which would live for half a minute after a handshake that was not finished. */
    static void endTimers(ServerConnector connector) {
        if (get(TIMERS, connector) instanceof ExecutorService timers) {
            timers.shutdownNow();
        }
    }
}
