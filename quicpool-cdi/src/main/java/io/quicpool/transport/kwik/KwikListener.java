package io.quicpool.transport.kwik;

import io.quicpool.TlsSession;
import io.quicpool.config.KeyMaterial;
import io.quicpool.transport.EngineEvents;
import io.quicpool.transport.ListenSpec;
import io.quicpool.transport.Listener;
import io.quicpool.transport.ListenerEvents;
import io.quicpool.transport.gate.Gate;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.ConnectionListener;
import tech.kwik.core.ConnectionTerminatedEvent;
import tech.kwik.core.QuicConnection;
import tech.kwik.core.QuicConstants.TransportErrorCode;
import tech.kwik.core.QuicStream;
import tech.kwik.core.packet.QuicPacket;
import tech.kwik.core.server.ApplicationProtocolConnection;
import tech.kwik.core.server.ApplicationProtocolConnectionFactory;
import tech.kwik.core.server.ServerConnectionConfig;
import tech.kwik.core.server.ServerConnector;
import tech.kwik.core.server.impl.ServerConnectionImpl;
import tech.kwik.core.server.impl.ServerConnectorImpl;

/** A socket at which clients connect, and their connections. */
final class KwikListener implements Listener, ApplicationProtocolConnectionFactory {

    // After the time for closing, for all that follows an interrupt together.
    private static final Duration LAST_STEPS = Duration.ofMillis(300);
    /** Datagrams that may wait to be looked at; more are dropped, as by a network. */
    private static final int MOST_DATAGRAMS = 8192;

    private static final int MOST_BEGINNINGS = 1024;

    private final ListenSpec spec;
    private final ListenerEvents events;
    private final ServerSocket socket;
    private final ReadinessPoller watcher;
    private final ServerConnector connector;
    private final InetSocketAddress local;
    private final Set<KwikConnection> connections = ConcurrentHashMap.newKeySet();
    // kwik gives each connection a thread that processes its packets, and tells its one logger on it.
    private final Map<Thread, KwikConnection> byThread = new ConcurrentHashMap<>();
    private final Map<ServerConnectionImpl, KwikConnection> byEngines = new ConcurrentHashMap<>();
    private final @Nullable GatedConnections factory;

    private KwikListener(ListenSpec spec, ListenerEvents events, ServerSocket socket, ServerConnector.Builder builder)
            throws IOException {
        this.spec = spec;
        this.events = events;
        this.socket = socket;
        this.local = (InetSocketAddress) socket.getLocalSocketAddress();
        try {
            this.connector = builder.withSocket(socket)
                    // Not used when there is a socket, but asked for.
                    .withPort(local.getPort())
                    .withLogger(new Tap())
                    .build();
        } catch (CertificateException e) {
            throw new IOException("the certificate cannot be used: " + e.getMessage(), e);
        }
        this.factory = ConnectorInternals.replaceFactory(
                connector, parts -> GatedConnections.inPlaceOf(parts, socket.gate(), this::ended, events::ignored));
        if (factory == null) {
            socket.gate().notTold();
        }
        ConnectorInternals.surviveReceiver(
                connector, receive -> KwikThreads.start("quicpool-" + spec.poolName() + "-receiver", receive));
        ConnectorInternals.boundQueues(connector, MOST_DATAGRAMS, MOST_BEGINNINGS, this::dropped);
        this.watcher = new ReadinessPoller(spec.poolName());
    }

    static KwikListener open(ListenSpec spec, ListenerEvents events) throws IOException {
        ConnectorInternals.watchNoMemory();
        ServerConnector.Builder builder = builder(spec);
        ServerSocket socket = new ServerSocket(spec.local(), events, spec.maxHandshakes(), spec.addressValidation());
        try {
            KwikListener listener = new KwikListener(spec, events, socket, builder);
            listener.connector.registerApplicationProtocol(spec.alpn(), listener);
            listener.connector.start();
            return listener;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    // Everything that can be wrong with the certificate is found before a socket is opened.
    private static ServerConnector.Builder builder(ListenSpec spec) throws IOException {
        KwikTls.Store store = KwikTls.Store.of(spec.certificate());
        return ServerConnector.builder()
                .withKeyStore(store.keyStore(), KwikTls.ALIAS, store.password(), KwikTls.curve(spec.certificate()))
                .withConfiguration(ServerConnectionConfig.builder()
                        .maxIdleTimeout((int) spec.idleTimeout().toMillis())
                        .maxUnidirectionalStreamBufferSize(KwikTransport.STREAM_BUFFER)
                        .maxBidirectionalStreamBufferSize(KwikTransport.STREAM_BUFFER)
                        .maxConnectionBufferSize(KwikTransport.CONNECTION_BUFFER)
                        .maxOpenPeerInitiatedUnidirectionalStreams(0)
                        .maxOpenPeerInitiatedBidirectionalStreams(spec.maxStreams())
                        .retryRequired(false)
                        .connectionIdLength(Gate.OUR_ID)
                        .build());
    }

    // ---- connections; on kwik's threads

    @Override
    public ApplicationProtocolConnection createConnection(String protocol, QuicConnection quicConnection) {
        ServerConnectionImpl quic = (ServerConnectionImpl) quicConnection;
        Thread receiver = Thread.currentThread();
        KwikConnection connection =
                new KwikConnection(quic, watcher, EngineEvents.REJECT_ALL, () -> byThread.remove(receiver));
        connection.established(new KwikConnection.Facts(
                local,
                KwikInternals.clientAddress(quic),
                new TlsSession("TLSv1.3", KwikInternals.cipherSuite(quic), List.of()),
                KwikInternals.idleTimeout(quic, spec.idleTimeout()),
                0));
        if (events.maxStreams(false) != Integer.MAX_VALUE) {
            connection.credit(StreamCredit.takeOver(quic, spec.maxStreams()));
        }
        byThread.put(receiver, connection);
        byEngines.put(quic, connection);
        connections.add(connection);
        if (factory != null) {
            factory.established(quic);
        }
        quic.setConnectionListener(new ConnectionListener() {
            @Override
            public void disconnected(ConnectionTerminatedEvent event) {
                // This side has no such error of its own to tell, but for the path.
                if (event.hasTransportError()
                        && !event.closedByPeer()
                        && event.transportErrorCode() != TransportErrorCode.NO_VIABLE_PATH.value) {
                    cutOff(connection.remoteAddress());
                }
                connection.terminated(event);
                connection.release();
                if (factory == null) {
                    // Nobody will say so.
                    connection.engineEnded();
                }
                connections.remove(connection);
            }
        });
        connection.events(events.connected(connection));
        return new ApplicationProtocolConnection() {
            @Override
            public void acceptPeerInitiatedStream(QuicStream stream) {
                EngineEvents.guarded(() -> connection.accepted(stream));
            }
        };
    }

    // kwik is done with a connection. When it was for an error of its own, it tells nobody else.
    private void ended(ServerConnectionImpl quic) {
        KwikConnection connection = byEngines.remove(quic);
        if (connection == null) {
            free(quic);
            return;
        }
        // If kwik has a reason to tell, it is on its way.
        KwikInternals.afterEvents(quic, () -> {
            if (quic instanceof GatedConnection gated) {
                connection.failed(gated.failure());
                if (gated.failure() != null && connection.alive()) {
                    cutOff(connection.remoteAddress());
                }
            }
            connection.givenUp();
            free(quic);
            connection.release();
            connection.engineEnded();
            connections.remove(connection);
        });
    }

    private void dropped(InetSocketAddress client) {
        events.ignored(client, ListenerEvents.Ignored.DROPPED);
    }

    private void cutOff(InetSocketAddress client) {
        events.ignored(client, ListenerEvents.Ignored.CUT_OFF);
    }

    // The threads of one that was given up for an error would go on until the idle time-out.
    private static void free(ServerConnectionImpl quic) {
        if (!KwikInternals.ended(quic)) {
            KwikInternals.giveUp(quic);
        }
    }

    @Override
    public int maxConcurrentPeerInitiatedUnidirectionalStreams() {
        return 0;
    }

    @Override
    public int maxConcurrentPeerInitiatedBidirectionalStreams() {
        // Asked for each connection, when its client hello has come.
        return Math.min(spec.maxStreams(), events.maxStreams(false));
    }

    /** One logger for all connections. */
    private final class Tap extends PacketTap {

        @Override
        @Nullable KwikConnection connection() {
            return byThread.get(Thread.currentThread());
        }

        // On the thread that sends: it is on its way.
        @Override
        public void sent(Instant time, List<QuicPacket> packets) {
            GatedConnections gated = factory;
            if (gated != null) {
                packets.stream()
                        .filter(PacketTap::closes)
                        .forEach(packet -> gated.closeSent(packet.getDestinationConnectionId()));
            }
        }
    }

    // ---- the listener

    @Override
    public InetSocketAddress localAddress() {
        return local;
    }

    @Override
    public boolean alive() {
        return socket.alive();
    }

    @Override
    public void certificate(KeyMaterial certificate) throws IOException {
        if (factory == null) {
            throw new IOException("this version of kwik keeps its certificate for as long as it listens");
        }
        factory.certificate(KwikTls.server(certificate));
    }

    @Override
    public void sweep() {
        socket.gate().sweep();
    }

    @Override
    public void stopAccepting() {
        if (connector instanceof ServerConnectorImpl kwik) {
            kwik.stopAcceptingNewConnections();
        }
    }

    @Override
    public boolean close(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        for (KwikConnection connection : connections) {
            connection.close(0, "listener closed");
        }
        if (factory != null) {
            factory.endSoon();
        }
        boolean freed = true;
        Thread closer;
        try {
            for (KwikConnection connection : connections) {
                freed &= connection.awaitClosed(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            }
        } finally {
            // Whoever is interrupted here ends the waiting, not the closing.
            closer = KwikThreads.start("quicpool-" + spec.poolName() + "-closer", this::closeConnector);
        }
        try {
            closer.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
        } finally {
            // The same for what kwik waits for: the address must be free when this returns.
            closer.interrupt();
        }
        long last = Math.max(0, deadline - System.nanoTime()) + System.nanoTime() + LAST_STEPS.toNanos();
        closer.join(until(last).toMillis());
        freed &= !closer.isAlive() && socket.awaitReleased(until(last));
        freed &= watcher.awaitClosed(until(last));
        return freed;
    }

    private static Duration until(long deadline) {
        return Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
    }

    // Waits for what is left of handshakes; must be done before the socket goes, see ServerSocket.
    private void closeConnector() {
        connector.close();
        ConnectorInternals.endTimers(connector);
        watcher.close();
    }
}
