package io.quicpool.transport.kwik;

import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.Deadline;
import io.quicpool.transport.Gate;
import io.quicpool.transport.ListenerEvents.Ignored;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tech.kwik.agent15.engine.TlsServerEngineFactory;
import tech.kwik.core.crypto.CryptoStream;
import tech.kwik.core.impl.Version;
import tech.kwik.core.packet.InitialPacket;
import tech.kwik.core.packet.PacketMetaData;
import tech.kwik.core.server.ServerConnectionFactory;
import tech.kwik.core.server.impl.ServerConnectionImpl;
import tech.kwik.core.server.impl.ServerConnectionProxy;

/** Makes the connections of a listener. It learns when each begins and ends, and presents a new certificate after a change. */
final class GatedConnections extends ServerConnectionFactory implements ConnectionReceiver.Dropped {

    // A connection may begin after the others were closed.
    private static final Duration CLOSE_AGAIN = Duration.ofMillis(20);

    private final GatedConnection.Parts parts;
    private final String pool;
    private final Gate<GatedConnection> gate;
    private final Consumer<GatedConnection> whenEnded;
    private final Map<GatedConnection, byte[]> live = new ConcurrentHashMap<>();
    private volatile TlsServerEngineFactory tls;
    private volatile boolean ending;

    /**
     * Makes the factory of a listener.
     *
     * @param whenEnded receives each connection that kwik is done with
     */
    GatedConnections(
            GatedConnection.Parts parts,
            String pool,
            TlsServerEngineFactory tls,
            Gate<GatedConnection> gate,
            Consumer<GatedConnection> whenEnded) {
        super(
                parts.socket(),
                tls,
                parts.configuration(),
                parts.protocols(),
                parts.table(),
                connection -> {},
                parts.log());
        this.parts = parts;
        this.pool = pool;
        this.tls = tls;
        this.gate = gate;
        this.whenEnded = whenEnded;
    }

    @Override
    public ServerConnectionImpl createNewConnection(
            Version version, InetSocketAddress client, byte[] peersId, byte[] id, @Nullable CryptoStream crypto) {
        SentTap log = new SentTap(parts.log(), id, this::closeSent);
        GatedConnection connection = new GatedConnection(
                parts, version, client, peersId, id, tls, each -> ended((GatedConnection) each, id), log);
        live.put(connection, id);
        connection.parameters().proof(gate.created(id, connection));
        gate.alias(id, connection.getInitialConnectionId().clone());
        return connection;
    }

    // kwik may report the end twice.
    private void ended(GatedConnection connection, byte[] id) {
        if (live.remove(connection) == null) {
            return;
        }
        gate.ended(id, connection.handshakeFailure());
        parts.table().remove(connection);
        connection.stopReceiving();
        whenEnded.accept(connection);
        synchronized (live) {
            live.notifyAll();
        }
    }

    /** Connections that begin from now on present this certificate. */
    void certificate(TlsServerEngineFactory other) {
        tls = other;
    }

    private void closeSent(GatedConnection connection) {
        if (ending) {
            connection.endIfPeerInformed();
        }
    }

    /**
     * The socket is about to be closed: closes each connection, also one whose handshake is under way. It ends as soon as its
     * CONNECTION_CLOSE has left.
     */
    void closeAll() {
        ending = true;
        live.keySet().forEach(each -> {
            each.close();
            each.endIfPeerInformed();
        });
    }

    /** Waits until all connections have ended, or until the deadline, but for a moment at least. Closes those that begin meanwhile. */
    void awaitEnded(Deadline deadline) throws InterruptedException {
        for (boolean more = true; more && !live.isEmpty(); more = !deadline.hasPassed()) {
            closeAll();
            synchronized (live) {
                if (!live.isEmpty()) {
                    live.wait(CLOSE_AGAIN.toMillis());
                }
            }
        }
    }

    /** Whether kwik is not done with a connection. */
    boolean isLive(GatedConnection connection) {
        return live.containsKey(connection);
    }

    /** The handshake of a connection is complete. Returns what receives its events. */
    ConnectionEvents connected(GatedConnection quic, Connection connection) {
        // Without an id it has ended already, and the gate admits it no more.
        return gate.connected(live.getOrDefault(quic, new byte[0]), connection);
    }

    @Override
    public ServerConnectionProxy createServerConnectionProxy(
            ServerConnectionImpl connection, List<InitialPacket> initials, ByteBuffer data, PacketMetaData meta) {
        GatedConnection gated = (GatedConnection) connection;
        ConnectionReceiver receiver = new ConnectionReceiver(gated, initials, data, meta, pool, this);
        gated.receiver(receiver);
        return receiver;
    }

    @Override
    public void moved(InetSocketAddress source) {
        gate.ignored(source, Ignored.MOVED);
    }

    @Override
    public void full(InetSocketAddress source) {
        gate.ignored(source, Ignored.DROPPED);
    }
}
