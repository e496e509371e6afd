package io.quicpool.transport.kwik;

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
import tech.kwik.agent15.engine.TlsServerEngine;
import tech.kwik.agent15.engine.TlsServerEngineFactory;
import tech.kwik.agent15.extension.Extension;
import tech.kwik.core.cid.ConnectionIdInfo;
import tech.kwik.core.cid.ConnectionIdStatus;
import tech.kwik.core.crypto.CryptoStream;
import tech.kwik.core.frame.NewConnectionIdFrame;
import tech.kwik.core.frame.PingFrame;
import tech.kwik.core.frame.RetireConnectionIdFrame;
import tech.kwik.core.impl.TransportParameters;
import tech.kwik.core.impl.Version;
import tech.kwik.core.packet.PacketMetaData;
import tech.kwik.core.packet.QuicPacket;
import tech.kwik.core.server.impl.ServerConnectionImpl;
import tech.kwik.core.server.impl.ServerConnectionProxy;
import tech.kwik.core.tls.QuicTransportParametersExtension;

/**
 * A connection that ends when TLS fails at its first packet. kwik puts that off until it has processed the next datagram, and for
 * most there is none: the client is told, and gone, and the connection with its threads would stay for the life of the listener.
 * It also knows for which error of its own kwik gave it up, which kwik tells nobody.
 */
final class GatedConnection extends ServerConnectionImpl {

    private static final System.Logger LOG = System.getLogger("io.quicpool.kwik");

    private static final TransportParameters.VersionInformation ONLY_VERSION_1 =
            new TransportParameters.VersionInformation(Version.QUIC_version_1, List.of(Version.QUIC_version_1));

    private final InetSocketAddress client;
    private final FrameGuard guard = new FrameGuard(true, () -> getStats().packetsSent(), this::ask);
    private volatile boolean failed;
    private volatile boolean closeSent;
    private volatile @Nullable ServerConnectionProxy receiver;
    private volatile @Nullable Throwable failure;

    /** Its CONNECTION_CLOSE is on its way. */
    void closeSent() {
        closeSent = true;
    }

    /**
     * Ends now if its peer knows that it ends, and not three probe time-outs later: the socket is about to be closed, so nobody is
     * bothered by what comes late (RFC 9000, section 10.2).
     */
    void endIfPeerKnows() {
        if (closeSent || KwikInternals.draining(this)) {
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
            Consumer<ServerConnectionImpl> closed) {
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
                parts.log());
        this.client = client;
        SmallDatagrams.of(this);
    }

    boolean isAt(InetSocketAddress sender) {
        return client.equals(sender);
    }

    /** What processes its datagrams, which may have begun to. */
    void receiver(ServerConnectionProxy thread) {
        receiver = thread;
        if (failed) {
            nextDatagram(thread);
        }
    }

    // Of every packet that is neither a duplicate nor comes after the end.
    @Override
    protected void processFrames(QuicPacket packet, PacketMetaData metaData) {
        FrameGuard.Violation violation = guard.look(packet);
        if (violation == null) {
            withoutUnknownIds(packet);
            super.processFrames(packet, metaData);
            forgetRetiredIds(packet);
        } else {
            cutOff(violation);
        }
    }

    /** Closes it for what the client does. */
    void cutOff(FrameGuard.Violation violation) {
        LOG.log(Level.DEBUG, () -> client + " " + violation.what());
        close(violation.code(), violation.what());
    }

    private void ask() {
        send(new PingFrame(Version.QUIC_version_1), lost -> {}, true);
    }

    // kwik keeps every connection id that there ever was, and looks through all of them for each packet.
    private void forgetRetiredIds(QuicPacket packet) {
        boolean changed = packet.getFrames().stream()
                .anyMatch(each -> each instanceof NewConnectionIdFrame || each instanceof RetireConnectionIdFrame);
        if (changed) {
            Map<Integer, ConnectionIdInfo> own = getConnectionIdManager().getAllConnectionIds();
            // The next number follows from the largest.
            int largest = Collections.max(own.keySet());
            own.values().removeIf(each -> each.getSequenceNumber() != largest && isRetired(each));
            if (getDestinationConnectionId().length > 0) {
                getConnectionIdManager().getAllPeerConnectionIds().values().removeIf(GatedConnection::isRetired);
            }
        }
    }

    /** How many ids of this side it keeps; for tests. */
    int ownIds() {
        return getConnectionIdManager().getAllConnectionIds().size();
    }

    /** How many ids of the peer it keeps; for tests. */
    int peersIds() {
        return getConnectionIdManager().getAllPeerConnectionIds().size();
    }

    private static boolean isRetired(ConnectionIdInfo id) {
        return id.getConnectionIdStatus() == ConnectionIdStatus.RETIRED;
    }

    // One that was retired already, and is said so of once more: kwik would not find it.
    private void withoutUnknownIds(QuicPacket packet) {
        packet.getFrames().removeIf(each -> each instanceof RetireConnectionIdFrame retired && isForgotten(retired));
    }

    private boolean isForgotten(RetireConnectionIdFrame retired) {
        Map<Integer, ConnectionIdInfo> own = getConnectionIdManager().getAllConnectionIds();
        return !own.containsKey(retired.getSequenceNr()) && retired.getSequenceNr() < Collections.max(own.keySet());
    }

    // Nothing is served before the handshake is over and the address proved; there are no tickets for it either.
    @Override
    public boolean isEarlyDataAccepted() {
        return false;
    }

    // kwik would switch to version 2 for a client that prefers it (RFC 9368), and then drop all that comes in it. It
    // would die of a client that lists no version that it knows.
    @Override
    public void extensionsReceived(List<Extension> extensions) throws TlsProtocolException {
        transportParameters(extensions).forEach(parameters -> parameters.setVersionInformation(null));
        super.extensionsReceived(extensions);
        if (getTlsEngine() instanceof TlsServerEngine server) {
            transportParameters(server.getServerExtensions())
                    .forEach(parameters -> parameters.setVersionInformation(ONLY_VERSION_1));
        }
    }

    private static Stream<TransportParameters> transportParameters(List<Extension> extensions) {
        return extensions.stream()
                .filter(QuicTransportParametersExtension.class::isInstance)
                .map(each -> ((QuicTransportParametersExtension) each).getTransportParameters());
    }

    // Before kwik closes the connection, on the thread that processes its datagrams.
    @Override
    protected void cryptoProcessingErrorOcurred(Exception cause) {
        failed = true;
        ServerConnectionProxy thread = receiver;
        if (thread != null) {
            nextDatagram(thread);
        }
    }

    @Override
    public void abortConnection(Throwable error) {
        failure = error;
        super.abortConnection(error);
    }

    // By kwik's connector, which closes all that it has, its socket last: an exception here would keep it from the
    // rest.
    @Override
    public void close() {
        try {
            super.close();
        } catch (RejectedExecutionException e) {
            LOG.log(Level.TRACE, "has ended meanwhile, and nobody is to be told any more");
        }
    }

    /** The error of its own for which kwik gave it up; null when it did not. */
    @Nullable Throwable failure() {
        return failure;
    }

    // One that means nothing, and is looked at when this one is done.
    private void nextDatagram(ServerConnectionProxy thread) {
        thread.parsePackets(0, Instant.now(), ByteBuffer.allocate(1), client);
    }
}
