package io.quicpool.transport.netty;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.ServerPool;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.EngineStream;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** Connections over Netty to server pools, without client pools. */
abstract class NettyConnections {

    final Pools pools = new Pools();
    final List<NettyConnection> connections = new ArrayList<>();

    @AfterEach
    void close() {
        connections.forEach(connection -> connection.close(0, "test over"));
        pools.close();
    }

    ServerPool server() {
        return pools.server(s -> s.transport("netty"));
    }

    NettyConnection connect(ServerPool server, ConnectionEvents events) throws Exception {
        return connect(server.localAddress(), events);
    }

    NettyConnection connect(InetSocketAddress address, ConnectionEvents events) throws Exception {
        NettyConnection connection =
                (NettyConnection) new NettyTransport().connect(RawPeer.spec(address, "np-quic"), events);
        connections.add(connection);
        return connection;
    }

    static EngineStream idle(NettyConnection connection) throws Exception {
        EngineStream stream = connection.openStream().toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);
        stream.output().write(0);
        assertThat(stream.input().readNBytes(4)).hasSize(4);
        return stream;
    }
}
