package io.quicpool.transport.netty;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.quicpool.ServerPool;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.transport.ConnectSpec;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client that keeps its session tickets, which ours do not. */
class NettyTicketsTest {

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    private static boolean isResumed(QuicChannel connection) throws ReflectiveOperationException {
        SSLEngine engine = Objects.requireNonNull(connection.sslEngine());
        Method resumed = engine.getClass().getDeclaredMethod("isSessionReused");
        resumed.setAccessible(true);
        return (boolean) resumed.invoke(engine);
    }

    @Test
    void noSessionIsResumed() throws Exception {
        ServerPool server = pools.server(s -> s.transport("netty"));
        ConnectSpec spec = RawPeer.spec(server.localAddress(), "np-quic");
        QuicSslContext tls = NettyTls.client(spec, spec.trust());
        EventLoops.Share share = EventLoops.ofClient("tickets");
        Channel socket = Codec.socket(
                        share,
                        pipeline -> pipeline.addLast(Codec.settings(new QuicClientCodecBuilder(), SOON, null)
                                .sslEngineProvider(quic -> tls.newEngine(quic.alloc(), "orders.example", 1))
                                .build()))
                .bind(0)
                .sync()
                .channel();
        try {
            List<Boolean> resumed = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                QuicChannel connection = QuicChannel.newBootstrap(socket)
                        .streamHandler(new ChannelInboundHandlerAdapter())
                        .remoteAddress(server.localAddress())
                        .connect()
                        .get(SOON.toSeconds(), TimeUnit.SECONDS);
                resumed.add(isResumed(connection));
                // The FIN of the server comes after its ticket.
                connection.close(true, 0, Unpooled.EMPTY_BUFFER).sync();
            }
            assertThat(resumed).containsOnly(false);
        } finally {
            socket.close().sync();
            share.giveBack();
        }
    }
}
