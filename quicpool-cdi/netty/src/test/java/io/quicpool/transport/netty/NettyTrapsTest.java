package io.quicpool.transport.netty;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.testing.Relay;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.EngineEvents;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Netty and quiche leave to their users; see docs/netty.md. When one of these fails after an upgrade, read that page. */
class NettyTrapsTest {

    /** A little less than the pause between two checks of waiting ends. */
    private static final long LOOK_MICROS = 8000;

    private final Pools pools = new Pools();
    private final List<NettyConnection> connections = new ArrayList<>();

    @AfterEach
    void close() {
        connections.forEach(connection -> connection.close(0, "test over"));
        pools.close();
    }

    private ServerPool server() {
        return pools.server(s -> s.transport("netty"));
    }

    private interface Pair {
        void use(Relay relay, NettyConnection connection, EngineStream here, PooledStream there) throws Exception;
    }

    /** Both ends of a stream whose datagrams can be lost or held up. */
    private void throughRelay(Pair pair) throws Exception {
        ServerPool server = server();
        try (Relay relay = new Relay(server.localAddress());
                Ends ends = ends(server, new InetSocketAddress(InetAddress.getLoopbackAddress(), relay.port()))) {
            pair.use(relay, ends.connection, ends.here, ends.there);
        }
    }

    /** Both ends of a stream, of a connection on which nothing was lost and nothing is in flight. */
    private record Ends(NettyConnection connection, EngineStream here, PooledStream there) implements AutoCloseable {
        @Override
        public void close() {
            there.close();
        }
    }

    private Ends ends(ServerPool server, InetSocketAddress address) throws Exception {
        for (int i = 0; i < 50; i++) {
            NettyConnection connection = connect(address, EngineEvents.REJECT_ALL);
            EngineStream here = idle(connection);
            PooledStream there = server.take(SOON);
            assertThat(connection.awaitDelivered(SOON, SOON)).isTrue();
            boolean atRisk = connection
                    .loop()
                    .submit(() -> connection.streams().datalessFins().atRisk())
                    .get();
            if (!atRisk) {
                return new Ends(connection, here, there);
            }
            // On a busy machine the peer may have paused, so that something was retransmitted.
            there.close();
            connection.close(0, "not calm");
        }
        throw new AssertionError("something is lost on each connection");
    }

    private NettyConnection connect(ServerPool server, ConnectionEvents events) throws Exception {
        return connect(server.localAddress(), events);
    }

    private NettyConnection connect(InetSocketAddress address, ConnectionEvents events) throws Exception {
        NettyConnection connection =
                (NettyConnection) new NettyTransport().connect(RawPeer.spec(address, "np-quic"), events);
        connections.add(connection);
        return connection;
    }

    private static EngineStream idle(NettyConnection connection) throws Exception {
        EngineStream stream = connection.openStream().toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);
        stream.output().write(0);
        assertThat(stream.input().readNBytes(4)).hasSize(4);
        return stream;
    }

    /** quiche says that a reset stream is finished, also while data before the RESET_STREAM is unread. */
    @Test
    void aResetIsNoFinWhileTheReaderAsksForMore() throws Exception {
        byte[] much = new byte[NettyInput.HIGH_WATER_MARK];
        ServerPool server = server();
        NettyConnection connection = connect(server, EngineEvents.REJECT_ALL);
        NettyStream here = (NettyStream) idle(connection);
        PooledStream there = server.take(SOON);
        Thread writer = new Thread(() -> assertThatThrownBy(() -> {
            while (true) {
                there.outputStream().write(much);
            }
        }));
        writer.start();
        await().until(() -> here.input().available() >= NettyInput.HIGH_WATER_MARK);
        there.reset(9);
        writer.join();
        await().until(() -> connection
                .loop()
                .submit(() -> NettyInternals.isKnownFinished(here.channel()))
                .get());
        CountDownLatch asked = new CountDownLatch(1);
        Future<?> check = connection.loop().submit(() -> {
            asked.await();
            here.checkForFin();
            return null;
        });
        here.input().readNBytes(here.input().available());
        asked.countDown();
        check.get();
        assertThatThrownBy(() -> here.input().readAllBytes()).hasMessageContaining("Stream reset by peer, code 9");
    }

    @Test
    void whateverEndsAnIdleStreamIsSeenAtOnce() throws Exception {
        ServerPool server = server();
        NettyConnection connection = connect(server, EngineEvents.REJECT_ALL);
        EngineStream fin = idle(connection);
        EngineStream reset = idle(connection);
        EngineStream stop = idle(connection);
        EngineStream data = idle(connection);
        awaitIdle(server, 4);
        long start = System.nanoTime();
        fin.output().close();
        awaitIdle(server, 3);
        reset.reset(9);
        awaitIdle(server, 2);
        stop.stopReceiving(9);
        awaitIdle(server, 1);
        // The size check would have found them too, but later.
        assertThat(server.snapshot().totals().evicted())
                .containsEntry("peer-ended", 3L)
                .containsEntry("probe", 0L);
        System.out.printf("three idle streams were evicted in %d ms%n", (System.nanoTime() - start) / 1_000_000);
        data.output().write(42);
        try (PooledStream kept = server.take(SOON)) {
            assertThat(kept.inputStream().read()).isEqualTo(42);
        }
    }

    /** Each take asks for it, and must not wait for threads that read or add data. */
    @Test
    void whetherAStreamIsAliveIsKnownWithoutItsLock() throws Exception {
        EngineStream stream = idle(connect(server(), EngineEvents.REJECT_ALL));
        Field field = NettyInput.class.getDeclaredField("lock");
        field.setAccessible(true);
        ReentrantLock lock = (ReentrantLock) field.get(stream.input());
        lock.lock();
        try {
            assertThat(CompletableFuture.supplyAsync(stream::alive).get(SOON.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        } finally {
            lock.unlock();
        }
    }

    /** Netty counts a stream when its event loop opens it. One stream is reserved for the ping. */
    @RepeatedTest(10)
    void aStreamThatIsBeingOpenedIsNoCredit() throws Exception {
        int most = 1000;
        try (RawPeer server = new RawPeer()) {
            NettyConnection connection = connect(server.listen(most).localAddress(), EngineEvents.REJECT_ALL);
            AtomicInteger asked = new AtomicInteger();
            CompletableFuture<Void> asking = CompletableFuture.runAsync(() -> {
                while (connection.credit() > 0) {
                    connection.openStream();
                    asked.incrementAndGet();
                }
            });
            while (!asking.isDone()) {
                int before = asked.get();
                assertThat(connection.credit()).isLessThan(most - before);
            }
            asking.get();
            assertThat(asked.get()).isLessThan(most);
            await().until(() -> connection.credit() == most - 1 - asked.get());
        }
    }

    /** Netty reads the credit from quiche only when all of it is used up, and one stream is reserved for the ping. */
    @Test
    void creditThatComesBackIsSeen() throws Exception {
        try (RawPeer server = new RawPeer(EngineStream::close)) {
            NettyConnection connection = connect(server.listen(5).localAddress(), EngineEvents.REJECT_ALL);
            allowStreamsInOneDirection(connection);
            for (int i = 0; i < 20; i++) {
                await().until(() -> connection.credit() > 0);
                RawPeer.open(connection, 0).close();
            }
        }
    }

    // As servers of other libraries do.
    private static void allowStreamsInOneDirection(NettyConnection connection) throws Exception {
        Field left = connection.channel().getClass().getDeclaredField("uniStreamsLeft");
        left.setAccessible(true);
        left.setLong(connection.channel(), 100);
    }

    @Test
    void aPingIsAnsweredAndNotCounted() throws Exception {
        Duration keepAlive = Duration.ofSeconds(1);
        ServerPool server = pools.server(s -> s.transport("netty").keepAlive(keepAlive));
        ClientPool client = pools.client(
                server, c -> c.transport("netty").keepAlive(keepAlive).capacity(2, 2));
        awaitIdle(client, 2);
        // Two idle time-outs.
        await().during(keepAlive.multipliedBy(6)).until(client::ready);
        assertThat(client.snapshot().totals().lost()).isZero();
        assertThat(server.snapshot().totals().lost()).isZero();
        assertThat(server.snapshot().totals().failed()).isZero();
        assertThat(server.snapshot().opening()).isZero();
        assertThat(server.errorCount()).isZero();
    }

    @Test
    void nothingIsKeptOfStreamsThatHaveEnded() throws Exception {
        ServerPool server = pools.server(s -> s.transport("netty"));
        NettyConnection connection = connect(server, EngineEvents.REJECT_ALL);
        for (int i = 0; i < 300; i++) {
            EngineStream here = idle(connection);
            try (PooledStream there = server.take(SOON)) {
                switch (i % 4) {
                    case 0 -> here.reset(1);
                    case 1 -> there.reset(2);
                    case 2 -> there.outputStream().write(1);
                    default -> here.output().write(1);
                }
            }
            here.close();
        }
        await().until(() -> streams(connection).isEmpty());
    }

    /**
     * quiche drops a stream when its data is acknowledged, even if the FIN after it was lost (its issue 2525). When all three
     * copies are lost, the kept FIN is sent once the loss is known. Or the FIN comes with retransmitted data, because the
     * acknowledgement was delayed, and quiche at the other end does not report it.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void anEndThatIsLostIsSaidAgain(int datagrams) throws Exception {
        throughRelay((relay, connection, here, there) -> {
            there.outputStream().close();
            assertThat(here.input().read()).isEqualTo(-1);
            relay.hold();
            here.output().write(7);
            assertThat(there.inputStream().read()).isEqualTo(7);
            here.close();
            relay.loseNext(datagrams);
            relay.release();
            await().until(() -> relay.toLose() == 0);
            there.readTimeout(SOON);
            assertThat(there.inputStream().read()).isEqualTo(-1);
        });
    }

    /** A FIN is held back only while something is in flight, which makes the peer answer. */
    @Test
    void aFinOnALossyConnectionDoesNotWaitIfNothingIsInFlight() throws Exception {
        throughRelay((relay, connection, here, there) -> {
            relay.loseNext(1);
            here.output().write(7);
            there.readTimeout(SOON);
            assertThat(there.inputStream().read()).isEqualTo(7);
            assertThat(connection.awaitDelivered(SOON, SOON)).isTrue();
            assertThat(connection
                            .loop()
                            .submit(() -> {
                                here.output().close();
                                return connection.streams().datalessFins().waiting();
                            })
                            .get())
                    .isZero();
            assertThat(there.inputStream().read()).isEqualTo(-1);
        });
    }

    /** A FIN that waits for an acknowledgement leaves when that comes, not at a later check. */
    @Test
    void aFinThatWaitsLeavesWithTheAcknowledgement() throws Exception {
        ServerPool server = server();
        List<Long> micros = new ArrayList<>();
        // Many rounds, since on a busy machine all but a few may be slow.
        for (int round = 0; round < 21 || (round < 1000 && Collections.min(micros) >= LOOK_MICROS); round++) {
            try (Ends ends = ends(server, server.localAddress())) {
                ends.there.outputStream().close();
                assertThat(ends.here.input().read()).isEqualTo(-1);
                long start = System.nanoTime();
                assertThat(isDeliveryPendingAfterAnEndAlone(ends.connection, ends.here))
                        .isTrue();
                ends.there.readTimeout(SOON);
                assertThat(ends.there.inputStream().readAllBytes()).containsExactly(7);
                micros.add((System.nanoTime() - start) / 1000);
            }
        }
        Collections.sort(micros);
        System.out.println("an end behind an answer that has left came after (least, median, most): " + micros.get(0)
                + " us, " + micros.get(micros.size() / 2) + " us, " + micros.get(micros.size() - 1) + " us");
        // At a later check it would always take ten milliseconds.
        assertThat(micros.get(0)).isLessThan(LOOK_MICROS);
    }

    /** The full socket buffer of a peer that pauses may drop everything, the FIN and its copies. */
    @Test
    void aFinIsNotSentToASilentPeer() throws Exception {
        throughRelay((relay, connection, here, there) -> {
            there.outputStream().close();
            assertThat(here.input().read()).isEqualTo(-1);
            relay.hold();
            assertThat(isDeliveryPendingAfterAnEndAlone(connection, here)).isTrue();
            there.readTimeout(SOON);
            assertThat(there.inputStream().read()).isEqualTo(7);
            // Several times as long as a FIN waits for a peer that is not silent.
            CompletableFuture<Integer> end = CompletableFuture.supplyAsync(() -> {
                try {
                    return there.inputStream().read();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            await().during(Duration.ofMillis(400)).until(() -> !end.isDone());
            relay.release();
            assertThat(end.get(SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo(-1);
        });
    }

    /** quiche queues a FIN that may not leave yet, and drops it when the data before it is acknowledged. */
    @Test
    void aFinWithoutRoomInTheWindowIsHeldBack() throws Exception {
        throughRelay((relay, connection, here, there) -> {
            there.outputStream().close();
            assertThat(here.input().read()).isEqualTo(-1);
            EngineStream other = idle(connection);
            assertThat(connection.awaitDelivered(SOON, SOON)).isTrue();
            relay.hold();
            assertThat(connection
                            .loop()
                            .submit(() -> {
                                here.output().write(7);
                                // More than the congestion window.
                                other.output().write(new byte[200_000]);
                                here.output().close();
                                return NettyInternals.hasRoom(channelOf(here));
                            })
                            .get())
                    .isFalse();
            // Longer than a FIN waits where nothing is lost, but too short for the second probe.
            await().pollDelay(Duration.ofMillis(68)).until(() -> true);
            relay.release();
            there.readTimeout(SOON);
            assertThat(there.inputStream().readAllBytes()).containsExactly(7);
        });
    }

    // The FIN is without data: what was written before has left.
    private static boolean isDeliveryPendingAfterAnEndAlone(NettyConnection connection, EngineStream here)
            throws Exception {
        return connection
                .loop()
                .submit(() -> {
                    here.output().write(7);
                    here.output().close();
                    return connection.isDeliveryPending();
                })
                .get();
    }

    private static QuicStreamChannel channelOf(EngineStream stream) {
        return ((NettyStream) stream).channel();
    }

    /** A FIN without data may be lost where datagrams are lost, so the final write is held for a moment. */
    @Test
    void onALossyConnectionTheFinTravelsWithTheLastData() throws Exception {
        throughRelay((relay, connection, here, there) -> {
            there.outputStream().close();
            assertThat(here.input().read()).isEqualTo(-1);
            there.readTimeout(SOON);
            assertThat(connection.awaitDelivered(SOON, SOON)).isTrue();
            assertThat(waitsAfterWriting(connection, here, 6)).isFalse();
            assertThat(there.inputStream().read()).isEqualTo(6);
            relay.loseNext(1);
            here.output().write(7);
            assertThat(there.inputStream().read()).isEqualTo(7);
            awaitLosing(connection);
            assertThat(waitsAfterWriting(connection, here, 8)).isTrue();
            // Not for long.
            assertThat(there.inputStream().read()).isEqualTo(8);
            assertThat(connection
                            .loop()
                            .submit(() -> {
                                here.output().write(9);
                                here.output().close();
                                return ((NettyOutput) here.output()).isWaiting();
                            })
                            .get())
                    .isFalse();
            assertThat(there.inputStream().readAllBytes()).containsExactly(9);
        });
    }

    /** Also after data that the peer has no window for yet. */
    @Test
    void onALossyConnectionTheFinTravelsWithTheLastDataAlsoBehindMore() throws Exception {
        throughRelay((relay, connection, here, there) -> {
            there.outputStream().close();
            assertThat(here.input().read()).isEqualTo(-1);
            relay.loseNext(1);
            here.output().write(7);
            awaitLosing(connection);
            here.output().write(new byte[Codec.STREAM_BUFFER + 10_000]);
            assertThat(connection
                            .loop()
                            .submit(() -> {
                                here.output().write(8);
                                here.output().close();
                                return finWaits(here);
                            })
                            .get())
                    .isFalse();
            there.readTimeout(SOON);
            assertThat(there.inputStream().readAllBytes()).hasSize(Codec.STREAM_BUFFER + 10_002);
        });
    }

    private static boolean finWaits(EngineStream stream) throws ReflectiveOperationException {
        Field sender = NettyStream.class.getDeclaredField("sender");
        sender.setAccessible(true);
        Field waits = StreamSender.class.getDeclaredField("finWaits");
        waits.setAccessible(true);
        return waits.getBoolean(sender.get(stream));
    }

    /** Retransmissions to a peer that only pauses are no losses, but put a FIN at risk as well. */
    @Test
    void aConnectionWhosePeerPausesCountsAsLossy() throws Exception {
        throughRelay((relay, connection, here, there) -> {
            relay.hold();
            here.output().write(7);
            awaitLosing(connection);
            assertThat(connection.channel().collectStats().sync().getNow().lost())
                    .isZero();
        });
    }

    private static void awaitLosing(NettyConnection connection) {
        await().until(() -> connection
                .loop()
                .submit(() -> connection.streams().datalessFins().isLosing())
                .get());
    }

    private static boolean waitsAfterWriting(NettyConnection connection, EngineStream stream, int value)
            throws Exception {
        return connection
                .loop()
                .submit(() -> {
                    stream.output().write(value);
                    return ((NettyOutput) stream.output()).isWaiting();
                })
                .get();
    }

    private static Map<?, ?> streams(NettyConnection connection) throws Exception {
        Channel channel = connection.channel();
        Field streams = channel.getClass().getDeclaredField("streams");
        streams.setAccessible(true);
        return (Map<?, ?>) streams.get(channel);
    }

    /** A reader that is woken may read everything and close the stream before the event loop goes on. */
    @Test
    void aStreamOfWhichAllWasReadIsNotStopped() throws Exception {
        ServerPool server = server();
        NettyConnection connection = connect(server, EngineEvents.REJECT_ALL);
        for (int i = 0; i < 2000; i++) {
            EngineStream here = idle(connection);
            CompletableFuture<Integer> reader = CompletableFuture.supplyAsync(() -> {
                try {
                    int read = here.input().read();
                    here.close();
                    return read;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            try (PooledStream there = server.take(SOON)) {
                there.outputStream().write(42);
                assertThat(reader.get(SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo(42);
            }
            assertThat(connection
                            .loop()
                            .submit(() -> ((NettyStream) here).hasSentStopSending())
                            .get())
                    .as("stream %d", i)
                    .isFalse();
        }
    }

    @Test
    void oneThreadForAllConnectionsOfAPoolAndNoneAfterIt() {
        ServerPool server = pools.server(s -> s.name("many").transport("netty"));
        ClientPool client = pools.client(
                server, c -> c.name("few").transport("netty").capacity(64, 64).streamsPerConnection(4));
        awaitIdle(client, 64);
        assertThat(client.snapshot().peers()).hasSize(16);
        assertThat(threads("quicpool-few-io")).isOne();
        assertThat(threads("quicpool-many-io")).isOne();
        client.close();
        server.close();
        await().until(() -> threads("quicpool-few") + threads("quicpool-many") == 0);
    }

    @Test
    void aServerAndAClientWithItsNameShareNoThread() {
        ServerPool server = pools.server(s -> s.name("same").transport("netty"));
        ClientPool client =
                pools.client(server, c -> c.name("same").transport("netty").capacity(1, 1));
        awaitIdle(client, 1);
        assertThat(threads("quicpool-same-io")).isEqualTo(2);
    }

    /** Netty reports the termination of a group a moment before its thread has ended. */
    @Test
    void noThreadIsLeftAfterWaitingForAnEventLoop() throws Exception {
        for (int i = 0; i < 500; i++) {
            EventLoops.Share share = EventLoops.ofClient("ending");
            share.group().execute(() -> {});
            share.giveBack();
            assertThat(share.awaitEnded(SOON)).isTrue();
            assertThat(threads("quicpool-ending")).isZero();
        }
    }

    private static long threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .count();
    }

    @Test
    void writingLeavesNothingInTheCallersThread() throws Exception {
        ServerPool server = pools.server(s -> s.transport("netty"));
        ClientPool client = pools.client(server, c -> c.transport("netty").capacity(1, 1));
        List<Object> left = new ArrayList<>();
        Thread caller = new Thread(() -> {
            try (PooledStream here = client.take(SOON);
                    PooledStream there = server.take(here.id(), SOON)) {
                here.outputStream().write(new byte[100]);
                here.outputStream().write(new byte[10_000]);
                here.outputStream().close();
                there.inputStream().readAllBytes();
            } catch (Exception e) {
                left.add(e);
            }
            left.addAll(
                    io.netty.util.internal.InternalThreadLocalMap.getIfSet() == null ? List.of() : List.of("a map"));
        });
        caller.start();
        caller.join();
        assertThat(left).isEmpty();
    }
}
