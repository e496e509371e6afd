package io.quicpool.transport.kwik;

import io.quicpool.transport.ListenerEvents.Ignored;
import io.quicpool.transport.gate.Coalesced;
import io.quicpool.transport.gate.Gate;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import tech.kwik.agent15.engine.TlsServerEngineFactory;
import tech.kwik.core.crypto.CryptoStream;
import tech.kwik.core.impl.Version;
import tech.kwik.core.packet.InitialPacket;
import tech.kwik.core.packet.PacketMetaData;
import tech.kwik.core.server.ServerConnectionFactory;
import tech.kwik.core.server.impl.ServerConnectionImpl;
import tech.kwik.core.server.impl.ServerConnectionProxy;
import tech.kwik.core.server.impl.ServerConnectionThread;

/**
 * Takes the place of kwik's factory of server connections, to learn of each one's beginning and end, to bound its queue, and to
 * present another certificate when there is one.
 */
final class GatedConnections extends ServerConnectionFactory {

    /** Datagrams that may wait for one connection; more are dropped, as by a network. */
    private static final int MOST_WAITING = 2048;

    private final ConnectorInternals.FactoryParts parts;
    private final Consumer<ServerConnectionImpl> closed;
    private final Gate<ServerConnectionImpl> gate;
    private final BiConsumer<InetSocketAddress, Ignored> ignored;
    private final Map<ServerConnectionImpl, byte[]> live;
    private volatile TlsServerEngineFactory tls;
    private volatile boolean ending;

    /** Makes one with what the original has; the last two are told of each connection that kwik is done with, and of what is dropped or cut off. */
    static GatedConnections inPlaceOf(
            ConnectorInternals.FactoryParts original,
            Gate<ServerConnectionImpl> gate,
            Consumer<ServerConnectionImpl> closed,
            BiConsumer<InetSocketAddress, Ignored> ignored) {
        Map<ServerConnectionImpl, byte[]> live = new ConcurrentHashMap<>();
        return new GatedConnections(
                original,
                gate,
                live,
                connection -> {
                    byte[] id = live.remove(connection);

                    // kwik may say so twice, and does not expect that.
                    if (id != null) {
                        gate.ended(id);
                        original.closeCallback().accept(connection);
                        closed.accept(connection);
                    }
                },
                ignored);
    }

    private GatedConnections(
            ConnectorInternals.FactoryParts original,
            Gate<ServerConnectionImpl> gate,
            Map<ServerConnectionImpl, byte[]> live,
            Consumer<ServerConnectionImpl> closed,
            BiConsumer<InetSocketAddress, Ignored> ignored) {
        super(
                original.socket(),
                original.tls(),
                original.configuration(),
                original.protocols(),
                original.registry(),
                closed,
                original.log());
        this.parts = original;
        this.closed = closed;
        this.gate = gate;
        this.live = live;
        this.ignored = ignored;
        this.tls = KwikTls.withoutTickets(original.tls());
    }

    @Override
    public ServerConnectionImpl createNewConnection(
            Version version, InetSocketAddress client, byte[] peersId, byte[] id, CryptoStream crypto) {
        ServerConnectionImpl connection = new GatedConnection(parts, version, client, peersId, id, crypto, tls, closed);
        live.put(connection, id);

        Gate.Proof proof = gate.created(id, connection);
        if (proof != null) {
            ConnectorInternals.validated(connection, id, proof.firstId(), proof.token());
        }
        gate.alias(id, connection.getInitialConnectionId().clone());
        return connection;
    }

    /** Connections that begin from now on present another certificate. */
    void certificate(TlsServerEngineFactory other) {
        tls = other;
    }

    /** A CONNECTION_CLOSE for the peer with this id is on its way. */
    void closeSent(byte[] peersId) {
        live.keySet().forEach(each -> {
            if (each instanceof GatedConnection gated && Arrays.equals(gated.getDestinationConnectionId(), peersId)) {
                gated.closeSent();
                if (ending) {
                    gated.endIfPeerKnows();
                }
            }
        });
    }

    /** The socket is about to be closed: connections end as soon as their peers know. */
    void endSoon() {
        ending = true;
        live.keySet().forEach(each -> {
            if (each instanceof GatedConnection gated) {
                gated.endIfPeerKnows();
            }
        });
    }

    /** The handshake of a connection is over. */
    void established(ServerConnectionImpl connection) {
        byte[] id = live.get(connection);
        if (id != null) {
            gate.established(id);
        }
    }

    @Override
    public ServerConnectionProxy createServerConnectionProxy(
            ServerConnectionImpl connection, List<InitialPacket> initials, ByteBuffer data, PacketMetaData meta) {
        ServerConnectionThread receiver = new ServerConnectionThread(connection, initials, data, meta, parts.log()) {
            @Override
            public void parsePackets(int number, Instant received, ByteBuffer more, InetSocketAddress source) {
                // kwik drops it too, but only after it has waited for its turn, and let this side send three times as
                // much.
                if (connection instanceof GatedConnection gated && !gated.isAt(source)) {
                    ignored.accept(source, Ignored.MOVED);
                    return;
                }
                if (ConnectorInternals.backlog(this) >= MOST_WAITING) {
                    ignored.accept(source, Ignored.DROPPED);
                    return;
                }
                int first = Coalesced.handshakeOf(more);
                ByteBuffer rest = more;
                if (first < more.remaining()) {
                    // What stands behind it comes by itself.
                    super.parsePackets(number, received, more.slice(more.position(), first), source);
                    rest = more.slice(more.position() + first, more.remaining() - first);
                }
                super.parsePackets(number, received, rest, source);
            }
        };
        if (connection instanceof GatedConnection gated) {
            gated.receiver(receiver);
        }
        return receiver;
    }
}
