package io.quicpool.transport.netty;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ServerPool;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.testing.Relay;
import io.quicpool.transport.EngineEvents;
import io.quicpool.transport.EngineStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The cost of many streams of one connection that end at once, for the event loop that all connections share. */
class NettyCrowdTest {

    private static final int STREAMS = 2000;

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    private interface Crowd {
        void use(Relay relay, NettyConnection connection, List<EngineStream> streams) throws Exception;
    }

    private void crowd(Crowd crowd) throws Exception {
        ServerPool server = pools.server(s -> s.transport("netty").maxStreamsPerConnection(4 * STREAMS));
        try (Relay relay = new Relay(server.localAddress())) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), relay.port());
            NettyConnection connection = (NettyConnection)
                    new NettyTransport().connect(RawPeer.spec(address, "np-quic"), EngineEvents.REJECT_ALL);
            try {
                List<CompletableFuture<EngineStream>> opening = new ArrayList<>();
                for (int i = 0; i < STREAMS; i++) {
                    opening.add(connection.openStream().toCompletableFuture());
                }
                List<EngineStream> streams = new ArrayList<>();
                for (CompletableFuture<EngineStream> each : opening) {
                    streams.add(each.get(SOON.toSeconds(), TimeUnit.SECONDS));
                }
                crowd.use(relay, connection, streams);
            } finally {
                connection.close(0, "test over");
                assertThat(connection.awaitClosed(SOON)).isTrue();
            }
        }
    }

    // That is the only frame of each stream that the peer gets.
    private static void reset(NettyConnection connection, List<EngineStream> streams) throws Exception {
        connection.loop().submit(() -> streams.forEach(each -> each.reset(9))).get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void whatManyStreamsAreToldAndAnswerGoesTogether() throws Exception {
        crowd((relay, connection, streams) -> {
            int toldBefore = relay.fromClient();
            int answeredBefore = relay.fromServer();
            reset(connection, streams);
            await().until(() ->
                    onLoop(connection, () -> connection.streams().ended().isEmpty()));
            int told = relay.fromClient() - toldBefore;
            int answers = relay.fromServer() - answeredBefore;
            System.out.printf("%d streams were reset in %d datagrams, and answered in %d%n", STREAMS, told, answers);
            assertThat(told).isLessThan(STREAMS / 2);
            assertThat(answers).isLessThan(STREAMS / 2);
        });
    }

    @Test
    void streamsThatNeverSettleAreLookedAtAFewAtATime() throws Exception {
        crowd((relay, connection, streams) -> {
            relay.hold();
            reset(connection, streams);
            await().until(() ->
                    onLoop(connection, () -> connection.streams().ended().checks()) > 2L * STREAMS);
            assertThat(onLoop(connection, () -> connection.streams().ended().largestBatch()))
                    .isLessThanOrEqualTo(EndedStreams.BATCH);
        });
    }

    private static <T> T onLoop(NettyConnection connection, Callable<T> question) throws Exception {
        return connection.loop().submit(question).get(SOON.toSeconds(), TimeUnit.SECONDS);
    }
}
