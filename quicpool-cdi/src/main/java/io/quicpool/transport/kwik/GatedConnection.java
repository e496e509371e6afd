package io.quicpool.transport.kwik;

import io.quicpool.config.Endpoint;
import io.quicpool.transport.CloseReason;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tech.kwik.agent15.TlsProtocolException;
import tech.kwik.agent15.alert.ErrorAlert;
import tech.kwik.agent15.engine.TlsServerEngine;
import tech.kwik.agent15.engine.TlsServerEngineFactory;
import tech.kwik.agent15.extension.Extension;
import tech.kwik.core.cid.ConnectionIdInfo;
import tech.kwik.core.cid.ConnectionIdStatus;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.crypto.CryptoStream;
import tech.kwik.core.frame.ConnectionCloseFrame;
import tech.kwik.core.frame.NewConnectionIdFrame;
import tech.kwik.core.frame.PingFrame;
import tech.kwik.core.frame.RetireConnectionIdFrame;
import tech.kwik.core.impl.TransportParameters;
import tech.kwik.core.impl.Version;
import tech.kwik.core.log.LogProxy;
import tech.kwik.core.log.Logger;
import tech.kwik.core.packet.PacketMetaData;
import tech.kwik.core.packet.QuicPacket;
import tech.kwik.core.server.impl.ServerConnectionImpl;
import tech.kwik.core.server.impl.ServerConnectionProxy;
import tech.kwik.core.tls.QuicTransportParametersExtension;

/**
 * A server's connection that checks each packet with a {@link FrameGuard}, and that ends when TLS fails at its first packet. kwik delays
 * that end until the next datagram, which mostly never comes: the connection and its threads would stay for the life of the listener.
 * It also remembers the internal error for which kwik ended it, which kwik reports to nobody.
 */
final class GatedConnection extends ServerConnectionImpl {

    private static final System.Logger LOG = System.getLogger("io.quicpool.kwik");

    private static final TransportParameters.VersionInformation ONLY_VERSION_1 =
            new TransportParameters.VersionInformation(Version.QUIC_version_1, List.of(Version.QUIC_version_1));

    private final InetSocketAddress client;
    private final Object handshakeLock = new Object();
    private final FrameGuard guard = new FrameGuard(true, () -> getStats().packetsSent(), this::ping);
    // Guarded by handshakeLock.
    private boolean closing;
    private volatile boolean failed;
    private volatile String handshakeFailure = "";
    private volatile boolean closeSent;
    private volatile @Nullable ServerConnectionProxy receiver;
    private volatile @Nullable Throwable failure;

    // On the sender's thread, after a datagram has left. The client may not have the keys of a lower level any more.
    private boolean closeLeft(List<QuicPacket> packets) {
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
        if (closeSent || KwikInternals.isDraining(this)) {
            terminate();
        }
    }

    GatedConnection(
            ConnectorInternals.FactoryParts parts,
            Version version,
            InetSocketAddress client,
            byte[] peersId,
            byte[] id,
            CryptoStream crypto,
            TlsServerEngineFactory tls,
            Consumer<ServerConnectionImpl> closed,
            SentTap log) {
        super(
                version,
                parts.socket(),
                client,
                peersId,
                id,
                crypto,
                tls,
                parts.configuration(),
                parts.protocols(),
                parts.registry(),
                closed,
                log);
        this.client = client;
        log.connection = this;
        SmallDatagrams.install(this);
    }

    boolean isFrom(InetSocketAddress sender) {
        return client.equals(sender);
    }

    /** Sets what processes its datagrams, which may have started already. */
    void receiver(ServerConnectionProxy thread) {
        receiver = thread;
        if (failed) {
            queueEmptyDatagram(thread);
        }
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
            withoutUnknownIds(packet);
            super.processFrames(packet, metaData);
            removeRetiredIds(packet);
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

    // kwik keeps all connection ids that there ever were, and searches them for each packet.
    private void removeRetiredIds(QuicPacket packet) {
        boolean changed = packet.getFrames().stream()
                .anyMatch(each -> each instanceof NewConnectionIdFrame || each instanceof RetireConnectionIdFrame);
        if (changed) {
            Map<Integer, ConnectionIdInfo> own = getConnectionIdManager().getAllConnectionIds();
            // The largest stays: kwik derives the next sequence number from it.
            int largest = Collections.max(own.keySet());
            own.values().removeIf(each -> each.getSequenceNumber() != largest && isRetired(each));
            if (getDestinationConnectionId().length > 0) {
                getConnectionIdManager().getAllPeerConnectionIds().values().removeIf(GatedConnection::isRetired);
            }
        }
    }

    /** How many of its own connection ids it keeps; for tests. */
    int ownIds() {
        return getConnectionIdManager().getAllConnectionIds().size();
    }

    /** How many of the peer's connection ids it keeps; for tests. */
    int peersIds() {
        return getConnectionIdManager().getAllPeerConnectionIds().size();
    }

    private static boolean isRetired(ConnectionIdInfo id) {
        return id.getConnectionIdStatus() == ConnectionIdStatus.RETIRED;
    }

    // An id may be retired again by a retransmitted frame. kwik would fail, as the id was removed.
    private void withoutUnknownIds(QuicPacket packet) {
        packet.getFrames().removeIf(each -> each instanceof RetireConnectionIdFrame retired && isRemoved(retired));
    }

    private boolean isRemoved(RetireConnectionIdFrame retired) {
        Map<Integer, ConnectionIdInfo> own = getConnectionIdManager().getAllConnectionIds();
        return !own.containsKey(retired.getSequenceNr()) && retired.getSequenceNr() < Collections.max(own.keySet());
    }

    // No 0-RTT: nothing is served before the handshake is complete and the address validated.
    @Override
    public boolean isEarlyDataAccepted() {
        return false;
    }

    // kwik would switch to version 2 for a client that prefers it (RFC 9368), and then drop all its packets. For a
    // client that lists no known version it would throw.
    @Override
    public void extensionsReceived(List<Extension> extensions) throws TlsProtocolException {
        transportParameters(extensions).forEach(parameters -> {
            parameters.setVersionInformation(null);
            repairIdLimit(parameters);
        });
        super.extensionsReceived(extensions);
        if (getTlsEngine() instanceof TlsServerEngine server) {
            transportParameters(server.getServerExtensions())
                    .forEach(parameters -> parameters.setVersionInformation(ONLY_VERSION_1));
        }
    }

    // kwik keeps 32 bits of a limit that may have 62, and would refuse the client for a negative rest. It gives no
    // client more than a few ids.
    private static void repairIdLimit(TransportParameters parameters) {
        if (parameters.getActiveConnectionIdLimit() < 0) {
            parameters.setActiveConnectionIdLimit(Integer.MAX_VALUE);
        }
    }

    private static Stream<TransportParameters> transportParameters(List<Extension> extensions) {
        return extensions.stream()
                .filter(QuicTransportParametersExtension.class::isInstance)
                .map(each -> ((QuicTransportParametersExtension) each).getTransportParameters());
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
        failed = true;
        handshakeFailure = cause instanceof ErrorAlert alert
                ? "TLS alert: " + alert.alertDescription().name().replace('_', ' ')
                : String.valueOf(cause.getMessage());
        ServerConnectionProxy thread = receiver;
        if (thread != null) {
            queueEmptyDatagram(thread);
        }
    }

    @Override
    public void abortConnection(Throwable error) {
        failure = error;
        super.abortConnection(error);
    }

    // kwik's connector calls this for all its connections, then closes its socket. An exception here would stop it.
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

    // A datagram without a packet, which kwik processes after the current one.
    private void queueEmptyDatagram(ServerConnectionProxy thread) {
        thread.parsePackets(0, Instant.now(), ByteBuffer.allocate(1), client);
    }

    /** The logger of one connection. Packets alone do not show whose they are: clients may have no connection id. */
    static final class SentTap extends LogProxy {

        private final Consumer<GatedConnection> onCloseSent;
        private volatile @Nullable GatedConnection connection;

        SentTap(Logger all, byte[] id, Consumer<GatedConnection> onCloseSent) {
            super(all, id);
            this.onCloseSent = onCloseSent;
        }

        @Override
        public void sent(Instant time, List<QuicPacket> packets) {
            super.sent(time, packets);
            GatedConnection sender = connection;
            if (sender != null && sender.closeLeft(packets)) {
                onCloseSent.accept(sender);
            }
        }
    }
}
