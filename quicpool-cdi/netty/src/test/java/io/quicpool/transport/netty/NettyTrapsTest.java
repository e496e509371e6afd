package io.quicpool.transport.netty;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.testing.RawPeer;
import io.quicpool.transport.EngineEvents;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** What Netty and quiche leave to their users; see docs/netty.md. When one of these fails after an upgrade, read that page. */
class NettyTrapsTest extends NettyConnections {

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

    /** quiche may know a stream no more, and then nothing else says that it has ended. */
    @Test
    void anErrorOfQuicheEndsTheStreamForItsReaderAndForThePool() throws Exception {
        NettyConnection connection = connect(server(), EngineEvents.REJECT_ALL);
        NettyStream stream = (NettyStream) idle(connection);
        CountDownLatch told = new CountDownLatch(2);
        stream.whenEnded(told::countDown);
        stream.whenReadReturns(() -> {
            assertThatThrownBy(() -> stream.input().read()).hasMessageContaining("INVALID_STREAM_STATE");
            told.countDown();
        });
        connection.loop().execute(() -> stream.channel()
                .pipeline()
                .fireExceptionCaught(new IOException("INVALID_STREAM_STATE")));
        assertThat(told.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
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
