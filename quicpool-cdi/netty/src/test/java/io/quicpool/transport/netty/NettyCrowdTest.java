package io.quicpool.transport.netty;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.quic.QuicChannel;
import io.quicpool.ServerPool;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.testing.Relay;
import io.quicpool.transport.EngineEvents;
import io.quicpool.transport.EngineStream;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The cost of many streams of one connection that end at once, for the event loop that all connections share. */
class NettyCrowdTest {

    private static final int STREAMS = 2000;
    private static final Duration SLOW = Duration.ofMillis(20);

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
    void streamsThatAreNeverFreedAreCheckedAFewAtATime() throws Exception {
        crowd((relay, connection, streams) -> {
            relay.hold();
            reset(connection, streams);
            await().until(() ->
                    onLoop(connection, () -> connection.streams().ended().checks()) > 2L * STREAMS);
            assertThat(onLoop(connection, () -> connection.streams().ended().largestBatch()))
                    .isLessThanOrEqualTo(EndedStreams.BATCH);
        });
    }

    /** Sending costs as much as all waiting data, so streams that are closed together share it. */
    @Test
    void closingAStreamDoesNotSendByItself() throws Exception {
        AtomicInteger closed = new AtomicInteger();
        AtomicInteger sentAlone = new AtomicInteger();
        crowd((relay, connection, streams) -> {
            for (EngineStream stream : streams) {
                whenClosed(stream, () -> {
                    closed.incrementAndGet();
                    if (maySend(connection.channel())) {
                        sentAlone.incrementAndGet();
                    }
                });
            }
            reset(connection, streams);
            await().until(() ->
                    onLoop(connection, () -> connection.streams().ended().isEmpty()));
            assertThat(closed).hasValue(STREAMS);
            assertThat(sentAlone).hasValue(0);
        });
    }

    private static void whenClosed(EngineStream stream, Runnable action) {
        ((NettyStream) stream).channel().pipeline().addLast(new ChannelOutboundHandlerAdapter() {
            @Override
            public void close(ChannelHandlerContext context, ChannelPromise promise) throws Exception {
                action.run();
                super.close(context, promise);
            }
        });
    }

    // As Netty knows it itself: not while it sends.
    private static boolean maySend(QuicChannel channel) {
        try {
            Field guard = channel.getClass().getDeclaredField("reantranceGuard");
            guard.setAccessible(true);
            return guard.getInt(channel) == 0;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aSlowCheckOfEndedStreamsIsFollowedByALongPause() throws Exception {
        crowd((relay, connection, streams) -> {
            NettyStream stays = (NettyStream) streams.get(0);
            AtomicLong clock = new AtomicLong();
            LongSupplier fast = () -> clock.addAndGet(TimeUnit.HOURS.toNanos(1));
            EndedStreams slow = new EndedStreams(connection.channel(), fast);
            EndedStreams quick = new EndedStreams(connection.channel());
            connection.loop().execute(() -> {
                slow.add(stays);
                quick.add(stays);
            });
            await().until(() -> onLoop(connection, quick::checks) >= 20);
            assertThat(onLoop(connection, slow::checks)).isEqualTo(1);
        });
    }

    @Test
    void aSlowCheckOfOpenStreamsIsFollowedByALongPause() throws Exception {
        crowd((relay, connection, streams) -> {
            SlowStreams slow = new SlowStreams();
            StreamPoller poller = new StreamPoller(connection.channel(), slow);
            await().pollInterval(Duration.ofMillis(1))
                    .until(() -> onLoop(connection, () -> {
                        poller.datagramRead();
                        return slow.stops.size() >= 2 && slow.ends.size() >= 2;
                    }));
            assertThat(SlowStreams.firstPause(slow.stops)).isGreaterThan(SLOW.multipliedBy(25));
            assertThat(SlowStreams.firstPause(slow.ends)).isGreaterThan(SLOW.multipliedBy(25));
        });
    }

    /** None, which takes its time to find out. */
    private static final class SlowStreams extends AbstractCollection<NettyStream> {

        private final List<Long> stops = new CopyOnWriteArrayList<>();
        private final List<Long> ends = new CopyOnWriteArrayList<>();

        private static Duration firstPause(List<Long> checks) {
            return Duration.ofNanos(checks.get(1) - checks.get(0)).minus(SLOW);
        }

        private static void check(List<Long> checks) {
            checks.add(System.nanoTime());
            LockSupport.parkNanos(SLOW.toNanos());
        }

        @Override
        public Iterator<NettyStream> iterator() {
            check(stops);
            return Collections.emptyIterator();
        }

        // For a copy.
        @Override
        public Object[] toArray() {
            check(ends);
            return new Object[0];
        }

        @Override
        public int size() {
            return 0;
        }
    }

    private static <T> T onLoop(NettyConnection connection, Callable<T> question) throws Exception {
        return connection.loop().submit(question).get(SOON.toSeconds(), TimeUnit.SECONDS);
    }
}
