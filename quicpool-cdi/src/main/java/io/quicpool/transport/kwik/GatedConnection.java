package io.quicpool.transport.kwik;

import io.quicpool.config.Endpoint;
import io.quicpool.transport.CloseReason;
import java.lang.System.Logger.Level;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tech.kwik.agent15.TlsProtocolException;
import tech.kwik.agent15.alert.ErrorAlert;
import tech.kwik.agent15.engine.TlsEngine;
import tech.kwik.agent15.engine.TlsServerEngine;
import tech.kwik.agent15.engine.TlsServerEngineFactory;
import tech.kwik.agent15.extension.Extension;
import tech.kwik.core.QuicConstants.TransportErrorCode;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.frame.ConnectionCloseFrame;
import tech.kwik.core.frame.PingFrame;
import tech.kwik.core.impl.TransportError;
import tech.kwik.core.impl.Version;
import tech.kwik.core.log.Logger;
import tech.kwik.core.packet.DatagramFilter;
import tech.kwik.core.packet.DatagramParserFilter;
import tech.kwik.core.packet.DatagramPostProcessingFilter;
import tech.kwik.core.packet.HandshakePacket;
import tech.kwik.core.packet.InitialPacket;
import tech.kwik.core.packet.PacketMetaData;
import tech.kwik.core.packet.PacketParser;
import tech.kwik.core.packet.QuicPacket;
import tech.kwik.core.packet.ServerRolePacketParser;
import tech.kwik.core.send.SenderImpl;
import tech.kwik.core.server.ServerConnectionConfig;
import tech.kwik.core.server.impl.ApplicationProtocolRegistry;
import tech.kwik.core.server.impl.ClientInitialScidFilter;
import tech.kwik.core.server.impl.InitialPacketMinimumSizeFilter;
import tech.kwik.core.server.impl.ServerConnectionImpl;
import tech.kwik.core.stream.FlowControl;
import tech.kwik.core.stream.StreamManager;

/**
 * A server's connection that checks each packet with a {@link FrameGuard}, and knows a client that came back after a Retry packet of the
 * gate. It also remembers the internal error for which kwik ended it, which kwik reports to nobody.
 */
final class GatedConnection extends ServerConnectionImpl {

    private static final System.Logger LOG = System.getLogger("io.quicpool.kwik");

    /** What all connections of a listener share. */
    record Parts(
            DatagramSocket socket,
            ServerConnectionConfig configuration,
            ApplicationProtocolRegistry protocols,
            ConnectionTable table,
            Logger log) {}

    private final InetSocketAddress client;
    private final Object handshakeLock = new Object();
    private final ServerParameters parameters = new ServerParameters();
    private final ConnectionIds ids;
    private final FrameGuard guard = new FrameGuard(true, () -> getStats().packetsSent(), this::ping);
    // Guarded by handshakeLock.
    private boolean closing;
    private volatile String handshakeFailure = "";
    private volatile boolean closeSent;
    private volatile boolean stopped;
    private volatile @Nullable ConnectionReceiver receiver;
    private volatile @Nullable Throwable failure;
    private final AmplificationLimit limit = new AmplificationLimit(getSender());

    // On the sender's thread, after a datagram has left. The client may not have the keys of a lower level any more.
    boolean closeLeft(List<QuicPacket> packets) {
        boolean closes = packets.stream()
                .anyMatch(each -> PacketTap.closes(each) && each.getEncryptionLevel() == currentEncryptionLevel);
        if (closes) {
            closeSent = true;
        }
        return closes;
    }

    /**
     * Ends at once if its CONNECTION_CLOSE has left or the peer's has come, instead of three probe time-outs later. The socket is about
     * to be closed, so late packets reach nobody (RFC 9000, section 10.2).
     */
    void endIfPeerInformed() {
        if (closeSent || connectionState == Status.Draining) {
            terminate();
        }
    }

    GatedConnection(
            Parts parts,
            Version version,
            InetSocketAddress client,
            byte[] peersId,
            byte[] id,
            TlsServerEngineFactory tls,
            Consumer<ServerConnectionImpl> closed,
            SentTap log) {
        super(
                version,
                parts.socket(),
                client,
                peersId,
                id,
                null,
                tls,
                parts.configuration(),
                parts.protocols(),
                parts.table(),
                closed,
                log);
        this.client = client;
        this.ids = new ConnectionIds(getConnectionIdManager());
        log.watch(this);
        SmallDatagrams.install(this);
    }

    ServerParameters parameters() {
        return parameters;
    }

    ConnectionIds ids() {
        return ids;
    }

    InetSocketAddress client() {
        return client;
    }

    /** Sets what processes its datagrams, which may have started already. */
    void receiver(ConnectionReceiver thread) {
        receiver = thread;
        if (stopped) {
            thread.dispose();
        }
    }

    /** Ends the thread that processes its datagrams. */
    void stopReceiving() {
        stopped = true;
        ConnectionReceiver thread = receiver;
        if (thread != null) {
            thread.dispose();
        }
    }

    // ---- the thread that processes its packets

    /** Parses datagrams and processes their packets, as kwik would. */
    DatagramFilter datagramFilter() {
        PacketParser parser = new ServerRolePacketParser(
                connectionSecrets,
                quicVersion,
                getSourceConnectionIdLength(),
                false,
                processorChain,
                () -> versionNegotiationStatus,
                log);
        return new ClientInitialScidFilter(
                getDestinationConnectionId(),
                log,
                new InitialPacketMinimumSizeFilter(
                        log,
                        new DatagramPostProcessingFilter(
                                this::datagramProcessed, log, new DatagramParserFilter(parser))));
    }

    /** A datagram after the first has come. */
    void countReceived(int bytes) {
        limit.received(bytes);
    }

    @Override
    public ProcessResult process(InitialPacket packet, PacketMetaData metaData) {
        if (parameters.isProved()) {
            if (!parameters.isProof(packet.getToken())) {
                immediateCloseWithError(TransportErrorCode.INVALID_TOKEN, null);
                return ProcessResult.Abort;
            }
            limit.validated();
        }
        return super.process(packet, metaData);
    }

    @Override
    public ProcessResult process(HandshakePacket packet, PacketMetaData metaData) {
        limit.validated();
        return super.process(packet, metaData);
    }

    @Override
    protected void connectionError(TransportError cause) {
        super.connectionError(cause);
    }

    // kwik does not expect a close while the handshake proceeds on another thread. It would drop its CONNECTION_CLOSE
    // with the keys of the handshake, or go on after it, and the client would wait until its idle time-out.
    @Override
    protected void immediateCloseWithError(long error, ErrorType type, String reason) {
        synchronized (handshakeLock) {
            closing = true;
            super.immediateCloseWithError(error, type, reason);
        }
    }

    // Called for every packet, except duplicates and packets after the end.
    @Override
    protected void processFrames(QuicPacket packet, PacketMetaData metaData) {
        if (packet.getEncryptionLevel() == EncryptionLevel.App) {
            inspectAndProcess(packet, metaData);
            return;
        }
        synchronized (handshakeLock) {
            if (!closing) {
                inspectAndProcess(packet, metaData);
            }
        }
    }

    private void inspectAndProcess(QuicPacket packet, PacketMetaData metaData) {
        FrameGuard.Violation violation = guard.inspect(packet);
        if (violation == null) {
            ids.removeUnknown(packet);
            super.processFrames(packet, metaData);
            ids.removeRetired(packet);
        } else {
            closeFor(violation);
        }
    }

    /** Closes the connection because of a violation. */
    void closeFor(FrameGuard.Violation violation) {
        LOG.log(Level.DEBUG, () -> Endpoint.text(client) + " " + violation.what());
        close(violation.code(), violation.what());
    }

    private void ping() {
        send(new PingFrame(Version.QUIC_version_1), lost -> {}, true);
    }

    // No 0-RTT: nothing is served before the handshake is complete and the address validated.
    @Override
    public boolean isEarlyDataAccepted() {
        return false;
    }

    @Override
    public void extensionsReceived(List<Extension> extensions) throws TlsProtocolException {
        parameters.received(extensions);
        super.extensionsReceived(extensions);
        if (getTlsEngine() instanceof TlsServerEngine server) {
            parameters.toSend(server.getServerExtensions(), getOriginalDestinationConnectionId());
        }
    }

    @Override
    public void process(ConnectionCloseFrame frame, QuicPacket packet, PacketMetaData metaData) {
        if (frame.hasError()) {
            handshakeFailure = CloseReason.of(
                    frame.hasApplicationProtocolError(),
                    frame.getErrorCode(),
                    frame.hasReasonPhrase() ? frame.getReasonPhrase() : "");
        }
        super.process(frame, packet, metaData);
    }

    /** Why the handshake failed, such as the TLS alert of one of the two sides; empty when it did not fail, or the reason is not known. */
    String handshakeFailure() {
        return handshakeFailure;
    }

    // Called before kwik closes the connection, on the receiver thread.
    @Override
    protected void cryptoProcessingErrorOcurred(Exception cause) {
        handshakeFailure = cause instanceof ErrorAlert alert
                ? "TLS alert: " + alert.alertDescription().name().replace('_', ' ')
                : String.valueOf(cause.getMessage());
    }

    @Override
    public void abortConnection(Throwable error) {
        failure = error;
        super.abortConnection(error);
    }

    // Called for all connections of a listener that closes. An exception here would stop that.
    @Override
    public void close() {
        try {
            super.close();
        } catch (RejectedExecutionException e) {
            LOG.log(Level.TRACE, "the connection has ended already");
        }
    }

    /** The internal error for which kwik ended the connection; null when there was none. */
    @Nullable Throwable failure() {
        return failure;
    }

    /** Whether neither side has begun to close it. */
    boolean isConnected() {
        return connectionState == Status.Connected;
    }

    StreamManager streams() {
        return getStreamManager();
    }

    TlsEngine tls() {
        return getTlsEngine();
    }

    /** The thread that calls listeners. */
    ExecutorService callbacks() {
        return callbackThread;
    }

    SenderImpl sender() {
        return getSender();
    }

    /** The limits that the client has set. Known once the handshake is complete. */
    FlowControl flowControl() {
        return flowController;
    }

    /** Ends it without telling the client, and frees its resources. */
    void giveUp() {
        silentlyCloseConnection(0);
    }
}
