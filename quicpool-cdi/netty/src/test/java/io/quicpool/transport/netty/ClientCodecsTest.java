package io.quicpool.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.quicpool.ServerPool;
import io.quicpool.transport.EngineEvents;
import io.quicpool.transport.EngineStream;
import io.quicpool.transport.engine.Reflection;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Connections of one event loop share quiche's settings, which cost milliseconds and a megabyte. */
class ClientCodecsTest extends NettyConnections {

    private static final String PACKAGE = QuicChannel.class.getPackageName() + ".";

    private static Class<?> type(String name) {
        return Reflection.type(QuicChannel.class, PACKAGE + name);
    }

    private static Object settings(NettyConnection connection) {
        ChannelHandler codec = connection
                .channel()
                .parent()
                .pipeline()
                .get(type("QuicheQuicClientCodec").asSubclass(ChannelHandler.class));
        return Objects.requireNonNull(Reflection.get(Reflection.field(type("QuicheQuicCodec"), "config"), codec));
    }

    private static Object address(Object settings) {
        return Objects.requireNonNull(Reflection.get(Reflection.field(type("QuicheConfig"), "config"), settings));
    }

    @Test
    void connectionsShareOneUntilTheLastHasEnded() throws Exception {
        ServerPool server = server();
        NettyConnection first = connect(server, EngineEvents.REJECT_ALL);
        NettyConnection second = connect(server, EngineEvents.REJECT_ALL);
        Object shared = settings(first);
        assertThat(settings(second)).isSameAs(shared);
        // Otherwise Netty would free them with the first socket.
        assertThat(address(shared)).isEqualTo(NettyInternals.FREED);
        first.close(0, "one is closed");
        await().until(() -> !first.channel().parent().isOpen());
        NettyConnection third = connect(server, EngineEvents.REJECT_ALL);
        assertThat(settings(third)).isSameAs(shared);
        for (NettyConnection each : connections.subList(1, 3)) {
            EngineStream stream = idle(each);
            assertThat(stream.alive()).isTrue();
            stream.reset(0);
        }
        second.close(0, "all are closed");
        third.close(0, "all are closed");
        await().until(() -> third.loop().isShutdown());
        NettyConnection fourth = connect(server, EngineEvents.REJECT_ALL);
        assertThat(settings(fourth)).isNotSameAs(shared);
        assertThat(idle(fourth).alive()).isTrue();
    }
}
