package io.quicpool.transport.kwik;

import io.quicpool.transport.ListenerEvents.Ignored;
import io.quicpool.transport.gate.Coalesced;
import io.quicpool.transport.gate.Gate;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
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
 * Replaces kwik's factory of server connections. It learns when each connection begins and ends, bounds the queue of each, and presents
 * a new certificate after a change.
 */
final class GatedConnections extends ServerConnectionFactory {

    /** Datagrams that may wait for one connection. More are dropped, as a network does. */
    private static final int MAX_QUEUED = 2048;

    // A connection may begin after the others were closed.
    private static final Duration CLOSE_AGAIN = Duration.ofMillis(20);

    private final ConnectorInternals.FactoryParts parts;
    private final Consumer<ServerConnectionImpl> closed;
    private final Gate<ServerConnectionImpl> gate;
    private final BiConsumer<InetSocketAddress, Ignored> ignored;
    private final Map<ServerConnectionImpl, byte[]> live;
    private volatile TlsServerEngineFactory tls;
    private volatile boolean ending;

    /**
     * Makes a factory from the parts of the original.
     *
     * @param closed receives each connection that kwik is done with
     * @param ignored receives what is dropped
     */
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

                    // kwik may report the end twice, which its own callback cannot handle.
                    if (id != null) {
                        gate.ended(id, connection instanceof GatedConnection gated ? gated.handshakeFailure() : "");
                        original.closeCallback().accept(connection);
                        closed.accept(connection);
                        synchronized (live) {
                            live.notifyAll();
                        }
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
        GatedConnection.SentTap log = new GatedConnection.SentTap(parts.log(), id, this::closeSent);
        GatedConnection connection = new GatedConnection(parts, version, client, peersId, id, crypto, tls, closed, log);
        live.put(connection, id);

        Gate.Proof proof = gate.created(id, connection);
        if (proof != null) {
            ConnectorInternals.applyRetry(connection, id, proof.firstId(), proof.token());
        }
        gate.alias(id, connection.getInitialConnectionId().clone());
        return connection;
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
            if (each instanceof GatedConnection gated) {
                gated.endIfPeerInformed();
            }
        });
    }

    /** Waits until all connections have ended, or for the given time. Closes those that begin meanwhile. */
    void awaitEnded(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!live.isEmpty() && System.nanoTime() - deadline < 0) {
            closeAll();
            synchronized (live) {
                if (!live.isEmpty()) {
                    live.wait(CLOSE_AGAIN.toMillis());
                }
            }
        }
    }

    /** The handshake of a connection is complete. */
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
                // kwik drops it too, but only after queueing it, and after counting it as bytes that allow this side to
                // send three times as many (RFC 9000, section 8.1).
                if (connection instanceof GatedConnection gated && !gated.isFrom(source)) {
                    ignored.accept(source, Ignored.MOVED);
                    return;
                }
                if (ConnectorInternals.backlog(this) >= MAX_QUEUED) {
                    ignored.accept(source, Ignored.DROPPED);
                    return;
                }
                int first = Coalesced.firstHandshakeLength(more);
                ByteBuffer rest = more;
                if (first < more.remaining()) {
                    // The rest of the datagram is processed separately, see Coalesced.
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
