package io.quicpool.transport.kwik;

import io.quicpool.TlsSession;
import io.quicpool.config.KeyMaterial;
import io.quicpool.transport.Deadline;
import io.quicpool.transport.EngineEvents;
import io.quicpool.transport.Gate;
import io.quicpool.transport.ListenSpec;
import io.quicpool.transport.Listener;
import io.quicpool.transport.ListenerEvents;
import io.quicpool.transport.engine.HandshakeInfo;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tech.kwik.agent15.engine.TlsServerEngineFactory;
import tech.kwik.core.ConnectionListener;
import tech.kwik.core.ConnectionTerminatedEvent;
import tech.kwik.core.QuicConnection;
import tech.kwik.core.QuicConstants.TransportErrorCode;
import tech.kwik.core.QuicStream;
import tech.kwik.core.server.ApplicationProtocolConnection;
import tech.kwik.core.server.ApplicationProtocolConnectionFactory;
import tech.kwik.core.server.ServerConnectionConfig;

/** A server socket of kwik, and its connections. */
final class KwikListener implements Listener, ApplicationProtocolConnectionFactory {

    // What closing may take beyond its time-out, after everything that blocks was interrupted.
    private static final Duration GRACE = Duration.ofMillis(300);
    private static final InetSocketAddress UNKNOWN = new InetSocketAddress(0);

    private final ListenSpec spec;
    private final Gate<GatedConnection> gate;
    private final ServerSocket socket;
    private final ReadinessPoller poller;
    private final InetSocketAddress local;
    private final Set<KwikConnection> connections = ConcurrentHashMap.newKeySet();
    // kwik has one logger for all connections. It calls it on the thread that processes a connection's packets.
    private final Map<Thread, KwikConnection> byThread = new ConcurrentHashMap<>();
    private final Map<GatedConnection, KwikConnection> byKwik = new ConcurrentHashMap<>();
    private final GatedConnections factory;
    private final ServerLoop loop;

    private KwikListener(ListenSpec spec, TlsServerEngineFactory tls, ServerSocket socket) {
        this.spec = spec;
        this.socket = socket;
        this.gate = socket.gate();
        this.local = (InetSocketAddress) socket.getLocalSocketAddress();
        this.poller = new ReadinessPoller(spec.poolName());
        ConnectionTable table = new ConnectionTable();
        Tap tap = new Tap();
        GatedConnection.Parts parts = new GatedConnection.Parts(
                socket, configuration(spec, spec.maxStreams()), KwikInternals.protocols(spec.alpn(), this), table, tap);
        this.factory = new GatedConnections(parts, spec.poolName(), tls, gate, this::ended);
        this.loop = new ServerLoop(
                spec.poolName(),
                socket,
                table,
                factory,
                tap,
                Gate.CONNECTION_ID_LENGTH,
                () -> gate.ignored(UNKNOWN, ListenerEvents.Ignored.DROPPED));
    }

    static KwikListener open(ListenSpec spec, Gate.Factory gates) throws IOException {
        // Every problem with the certificate is found before a socket is opened.
        TlsServerEngineFactory tls = KwikTls.server(spec.certificate());
        ServerSocket socket = new ServerSocket(spec.local(), gates);
        try {
            KwikListener listener = new KwikListener(spec, tls, socket);
            listener.loop.start();
            return listener;
        } catch (RuntimeException | Error e) {
            socket.close();
            throw e;
        }
    }

    private static ServerConnectionConfig configuration(ListenSpec spec, int maxStreams) {
        return ServerConnectionConfig.builder()
                .maxIdleTimeout((int) spec.idleTimeout().toMillis())
                .maxUnidirectionalStreamBufferSize(KwikTransport.STREAM_BUFFER)
                .maxBidirectionalStreamBufferSize(KwikTransport.STREAM_BUFFER)
                .maxConnectionBufferSize(KwikTransport.CONNECTION_BUFFER)
                .maxOpenPeerInitiatedUnidirectionalStreams(0)
                .maxOpenPeerInitiatedBidirectionalStreams(maxStreams)
                .maxTotalPeerInitiatedBidirectionalStreams(maxStreams)
                .retryRequired(false)
                .connectionIdLength(Gate.CONNECTION_ID_LENGTH)
                .build();
    }

    // ---- connections; on kwik's threads

    @Override
    public ApplicationProtocolConnection createConnection(String protocol, QuicConnection quicConnection) {
        GatedConnection quic = (GatedConnection) quicConnection;
        Thread receiver = Thread.currentThread();
        KwikConnection connection = new KwikConnection(quic, poller, () -> byThread.remove(receiver));
        HandshakeInfo info = new HandshakeInfo(
                local,
                quic.client(),
                new TlsSession("TLSv1.3", KwikInternals.cipherSuite(quic), List.of()),
                KwikInternals.idleTimeout(quic, spec.idleTimeout()));
        connection.established(info, 0);
        if (gate.maxStreams(false) != Integer.MAX_VALUE) {
            connection.peerCredit(
                    StreamCredit.takeOver(quic, spec.maxStreams(), configuration(spec, StreamCredit.MAX_LIMIT)));
        }
        byThread.put(receiver, connection);
        byKwik.put(quic, connection);
        connections.add(connection);
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
                connections.remove(connection);
            }
        });
        connection.events(factory.connected(quic, connection));
        if (!factory.isLive(quic)) {
            // It has ended meanwhile, maybe before it was entered here.
            ended(quic);
        }
        return new ApplicationProtocolConnection() {
            @Override
            public void acceptPeerInitiatedStream(QuicStream stream) {
                EngineEvents.guarded(() -> connection.accepted(stream));
            }
        };
    }

    // kwik is done with a connection. An internal error of kwik is reported here only.
    private void ended(GatedConnection quic) {
        KwikConnection connection = byKwik.remove(quic);
        if (connection == null) {
            free(quic);
            return;
        }
        // After kwik's own events, which may have the reason.
        KwikInternals.afterEvents(quic, () -> {
            connection.failed(quic.failure());
            if (quic.failure() != null && connection.alive()) {
                cutOff(connection.remoteAddress());
            }
            connection.givenUp();
            free(quic);
            connection.release();
            connection.engineEnded();
            connections.remove(connection);
        });
    }

    private void cutOff(InetSocketAddress client) {
        gate.ignored(client, ListenerEvents.Ignored.CUT_OFF);
    }

    // After an internal error the threads of a connection would run until the idle time-out.
    private static void free(GatedConnection quic) {
        if (!KwikInternals.hasEnded(quic)) {
            quic.giveUp();
        }
    }

    @Override
    public int maxConcurrentPeerInitiatedUnidirectionalStreams() {
        return 0;
    }

    @Override
    public int maxConcurrentPeerInitiatedBidirectionalStreams() {
        // kwik asks for each connection, when its ClientHello has come.
        return Math.min(spec.maxStreams(), gate.maxStreams(false));
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
        factory.certificate(KwikTls.server(certificate));
    }

    @Override
    public void sweep() {
        gate.sweep();
    }

    @Override
    public void stopAccepting() {
        loop.stopAccepting();
    }

    @Override
    public boolean close(Duration timeout) throws InterruptedException {
        Deadline deadline = Deadline.after(timeout);
        stopAccepting();
        for (KwikConnection connection : connections) {
            connection.close(0, "listener closed");
        }
        factory.closeAll();
        boolean freed = true;
        try {
            for (KwikConnection connection : connections) {
                freed &= connection.awaitClosed(deadline.remaining());
            }
            factory.awaitEnded(deadline);
        } finally {
            // An interrupt ends the waiting, not the closing.
            loop.close();
            poller.close();
        }
        // The address must be free when this returns.
        Deadline last = Deadline.after(deadline.remaining()).plus(GRACE);
        freed &= loop.awaitClosed(last) && socket.awaitReleased(last);
        freed &= poller.awaitClosed(last);
        return freed;
    }
}
