package io.quicpool.transport.kwik;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import tech.kwik.core.crypto.CryptoStream;
import tech.kwik.core.impl.Version;
import tech.kwik.core.packet.InitialPacket;
import tech.kwik.core.packet.PacketMetaData;
import tech.kwik.core.server.ServerConnectionFactory;
import tech.kwik.core.server.impl.ServerConnectionImpl;
import tech.kwik.core.server.impl.ServerConnectionProxy;
import tech.kwik.core.server.impl.ServerConnectionThread;

/** Takes the place of kwik's factory of server connections, to learn of each one's beginning and end, and to bound its queue. */
final class GatedConnections extends ServerConnectionFactory {

    /** Datagrams that may wait for one connection; more are dropped, as by a network. */
    private static final int MOST_WAITING = 2048;

    private final Gate gate;
    private final Map<ServerConnectionImpl, byte[]> live;
    private final tech.kwik.core.log.Logger log;

    /** Makes one with what the original has; the last argument is told of each connection that kwik is done with. */
    static GatedConnections inPlaceOf(
            KwikInternals.FactoryParts original, Gate gate, Consumer<ServerConnectionImpl> closed) {
        Map<ServerConnectionImpl, byte[]> live = new ConcurrentHashMap<>();
        return new GatedConnections(original, gate, live, connection -> {
            byte[] id = live.remove(connection);
            // kwik may say so twice, and does not expect that.
            if (id != null) {
                gate.done(id);
                original.closeCallback().accept(connection);
                closed.accept(connection);
            }
        });
    }

    private GatedConnections(
            KwikInternals.FactoryParts original,
            Gate gate,
            Map<ServerConnectionImpl, byte[]> live,
            Consumer<ServerConnectionImpl> closed) {
        super(
                original.socket(),
                original.tls(),
                original.configuration(),
                original.protocols(),
                original.registry(),
                closed,
                original.log());
        this.gate = gate;
        this.live = live;
        this.log = original.log();
    }

    @Override
    public ServerConnectionImpl createNewConnection(
            Version version, InetSocketAddress client, byte[] peersId, byte[] id, CryptoStream crypto) {
        ServerConnectionImpl connection = super.createNewConnection(version, client, peersId, id, crypto);
        live.put(connection, id);
        gate.created(id, connection);
        return connection;
    }

    /** The handshake of a connection is over. */
    void established(ServerConnectionImpl connection) {
        byte[] id = live.get(connection);
        if (id != null) {
            gate.done(id);
        }
    }

    @Override
    public ServerConnectionProxy createServerConnectionProxy(
            ServerConnectionImpl connection, List<InitialPacket> initials, ByteBuffer data, PacketMetaData meta) {
        return new ServerConnectionThread(connection, initials, data, meta, log) {
            @Override
            public void parsePackets(int number, Instant received, ByteBuffer more, InetSocketAddress source) {
                if (KwikInternals.backlog(this) < MOST_WAITING) {
                    super.parsePackets(number, received, more, source);
                }
            }
        };
    }
}
