package io.quicpool.transport.kwik;

import io.quicpool.TlsSession;
import io.quicpool.config.KeyMaterial;
import io.quicpool.transport.EngineEvents;
import io.quicpool.transport.ListenSpec;
import io.quicpool.transport.Listener;
import io.quicpool.transport.ListenerEvents;
import io.quicpool.transport.engine.HandshakeInfo;
import io.quicpool.transport.gate.Gate;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.time.Duration;
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
import tech.kwik.core.server.ApplicationProtocolConnection;
import tech.kwik.core.server.ApplicationProtocolConnectionFactory;
import tech.kwik.core.server.ServerConnectionConfig;
import tech.kwik.core.server.ServerConnector;
import tech.kwik.core.server.impl.ServerConnectionImpl;
import tech.kwik.core.server.impl.ServerConnectorImpl;

/** A server socket of kwik, and its connections. */
final class KwikListener implements Listener, ApplicationProtocolConnectionFactory {

    // What closing may take beyond its time-out, after everything that blocks was interrupted.
    private static final Duration GRACE = Duration.ofMillis(300);
    /** Datagrams that may wait to be processed. More are dropped, as a network does. */
    private static final int MAX_QUEUED_DATAGRAMS = 8192;

    private static final int MAX_QUEUED_HANDSHAKES = 1024;

    private final ListenSpec spec;
    private final ListenerEvents events;
    private final ServerSocket socket;
    private final ReadinessPoller poller;
    private final ServerConnector connector;
    private final InetSocketAddress local;
    private final Set<KwikConnection> connections = ConcurrentHashMap.newKeySet();
    // kwik has one logger for all connections. It calls it on the thread that processes a connection's packets.
    private final Map<Thread, KwikConnection> byThread = new ConcurrentHashMap<>();
    private final Map<ServerConnectionImpl, KwikConnection> byKwik = new ConcurrentHashMap<>();
    private final @Nullable GatedConnections factory;

    private KwikListener(ListenSpec spec, ListenerEvents events, ServerSocket socket, ServerConnector.Builder builder)
            throws IOException {
        this.spec = spec;
        this.events = events;
        this.socket = socket;
        this.local = (InetSocketAddress) socket.getLocalSocketAddress();
        try {
            this.connector = builder.withSocket(socket)
                    // kwik requires a port, and ignores it when there is a socket.
                    .withPort(local.getPort())
                    .withLogger(new Tap())
                    .build();
        } catch (CertificateException e) {
            throw new IOException("the certificate cannot be used: " + e.getMessage(), e);
        }
        this.factory = ConnectorInternals.replaceFactory(
                connector, parts -> GatedConnections.inPlaceOf(parts, socket.gate(), this::ended, events::ignored));
        if (factory == null) {
            socket.gate().disableLimit();
        }
        ConnectorInternals.restartReceiver(
                connector, receive -> KwikThreads.start("quicpool-" + spec.poolName() + "-receiver", receive));
        ConnectorInternals.boundQueues(connector, MAX_QUEUED_DATAGRAMS, MAX_QUEUED_HANDSHAKES, this::dropped);
        this.poller = new ReadinessPoller(spec.poolName());
    }

    static KwikListener open(ListenSpec spec, ListenerEvents events) throws IOException {
        ConnectorInternals.replaceMemoryWatcher();
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

    // Every problem with the certificate is found before a socket is opened.
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
                        .connectionIdLength(Gate.CONNECTION_ID_LENGTH)
                        .build());
    }

    // ---- connections; on kwik's threads

    @Override
    public ApplicationProtocolConnection createConnection(String protocol, QuicConnection quicConnection) {
        ServerConnectionImpl quic = (ServerConnectionImpl) quicConnection;
        Thread receiver = Thread.currentThread();
        KwikConnection connection = new KwikConnection(quic, poller, () -> byThread.remove(receiver));
        HandshakeInfo info = new HandshakeInfo(
                local,
                KwikInternals.clientAddress(quic),
                new TlsSession("TLSv1.3", KwikInternals.cipherSuite(quic), List.of()),
                KwikInternals.idleTimeout(quic, spec.idleTimeout()));
        connection.established(info, 0);
        if (events.maxStreams(false) != Integer.MAX_VALUE) {
            connection.peerCredit(StreamCredit.takeOver(quic, spec.maxStreams()));
        }
        byThread.put(receiver, connection);
        byKwik.put(quic, connection);
        connections.add(connection);
        if (factory != null) {
            factory.established(quic);
        }
        quic.setConnectionListener(new ConnectionListener() {
            @Override
            public void disconnected(ConnectionTerminatedEvent event) {
                // A transport error of this side means a violation of the peer, except for the path.
                if (event.hasTransportError()
                        && !event.closedByPeer()
                        && event.transportErrorCode() != TransportErrorCode.NO_VIABLE_PATH.value) {
                    cutOff(connection.remoteAddress());
                }
                connection.terminated(event);
                connection.release();
                if (factory == null) {
                    // Without the factory nothing else reports the end.
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

    // kwik is done with a connection. An internal error of kwik is reported here only.
    private void ended(ServerConnectionImpl quic) {
        KwikConnection connection = byKwik.remove(quic);
        if (connection == null) {
            free(quic);
            return;
        }
        // After kwik's own events, which may have the reason.
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

    // After an internal error the threads of a connection would run until the idle time-out.
    private static void free(ServerConnectionImpl quic) {
        if (!KwikInternals.hasEnded(quic)) {
            KwikInternals.giveUp(quic);
        }
    }

    @Override
    public int maxConcurrentPeerInitiatedUnidirectionalStreams() {
        return 0;
    }

    @Override
    public int maxConcurrentPeerInitiatedBidirectionalStreams() {
        // kwik asks for each connection, when its ClientHello has come.
        return Math.min(spec.maxStreams(), events.maxStreams(false));
    }

    /** One logger for all connections. */
    private final class Tap extends PacketTap {

        @Override
        @Nullable KwikConnection connection() {
            return byThread.get(Thread.currentThread());
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
        stopAccepting();
        for (KwikConnection connection : connections) {
            connection.close(0, "listener closed");
        }
        if (factory != null) {
            factory.closeAll();
        }
        boolean freed = true;
        Thread closer;
        try {
            for (KwikConnection connection : connections) {
                freed &= connection.awaitClosed(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            }
            if (factory != null) {
                factory.awaitEnded(until(deadline));
            }
        } finally {
            // An interrupt ends the waiting, not the closing.
            closer = KwikThreads.start("quicpool-" + spec.poolName() + "-closer", this::closeConnector);
        }
        try {
            if (factory == null) {
                closer.join(until(deadline).toMillis());
            }
        } finally {
            // kwik would wait half a minute for a client that sent one packet.
            // The address must be free when this returns.
            closer.interrupt();
        }
        long last = Math.max(0, deadline - System.nanoTime()) + System.nanoTime() + GRACE.toNanos();
        closer.join(until(last).toMillis());
        freed &= !closer.isAlive() && socket.awaitReleased(until(last));
        freed &= poller.awaitClosed(until(last));
        return freed;
    }

    private static Duration until(long deadline) {
        return Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
    }

    // Must precede the closing of the socket, see ServerSocket.
    private void closeConnector() {
        connector.close();
        ConnectorInternals.endTimers(connector);
        poller.close();
    }
}
