package io.quicpool;

import static io.quicpool.EndOfStream.SOON;
import static io.quicpool.EndOfStream.exchange;
import static io.quicpool.EndOfStream.soon;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quicpool.EndOfStream.Pair;
import io.quicpool.EndOfStream.Side;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table "The end of a stream" of docs/protocol.md, a test for each of its cells, seen from a client pool and a server pool. */
@Tag("contract")
class EndOfStreamTest {

    private static final long CODE = 77;
    private static final Duration LOOKS = Duration.ofMillis(500);
    // More than the peer lets this side send ahead.
    private static final byte[] MUCH = new byte[8 << 20];

    private static void assertFinished(EngineStream peer) throws IOException {
        assertThat(peer.input().read()).as("the peer sees a FIN").isEqualTo(-1);
    }

    private static void assertReset(EngineStream peer, long code) {
        assertThatThrownBy(() -> peer.input().readAllBytes())
                .as("the peer sees a RESET_STREAM")
                .isInstanceOf(IOException.class);
        assertThat(peer.peerError()).isEqualTo(code);
    }

    private static void assertToldToStop(EngineStream peer) {
        soon(() -> assertThatThrownBy(() -> peer.output().write(1))
                .as("the peer sees a STOP_SENDING")
                .isInstanceOf(IOException.class));
    }

    /** A thread that does something that blocks, and what it ends with. */
    private static final class Blocked {

        interface Action {
            int run() throws Exception;
        }

        private final CompletableFuture<Integer> result = new CompletableFuture<>();
        private final AtomicBoolean flag = new AtomicBoolean();
        private final Thread thread;

        Blocked(Action action) {
            thread = new Thread(() -> {
                try {
                    int value = action.run();
                    flag.set(Thread.currentThread().isInterrupted());
                    result.complete(value);
                } catch (Throwable e) {
                    flag.set(Thread.currentThread().isInterrupted());
                    result.completeExceptionally(e);
                }
            });
            thread.start();
            soon(() -> assertThat(thread.getState()).isIn(Thread.State.WAITING, Thread.State.TIMED_WAITING));
        }

        void interrupt() {
            thread.interrupt();
        }

        boolean flagKept() {
            return flag.get();
        }

        int value() throws Exception {
            return result.get(SOON.toSeconds(), TimeUnit.SECONDS);
        }

        Throwable failure() throws Exception {
            return result.handle((value, failure) ->
                            failure == null ? new AssertionError("no failure, but " + value) : failure)
                    .get(SOON.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Nested
    class BeingOpened {

        @ParameterizedTest
        @EnumSource
        void fin(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.opening();
                peer.output().close();
                if (side == Side.CLIENT) {
                    soon(() ->
                            assertThat(ends.pool().snapshot().totals().failed()).isOne());
                    assertThat(ends.pool().snapshot().lastError()).contains("before its id");
                } else {
                    // A sign of life, as this library's Netty clients send it: no failure.
                    assertReset(peer, StreamErrors.RETIRED);
                    assertThat(ends.pool().snapshot().totals().failed()).isZero();
                }
                assertReset(peer, StreamErrors.RETIRED);
                assertThat(ends.pool().active()).isZero();
                soon(() -> assertThat(ends.pool().snapshot().opening()).isZero());
            }
        }

        /** It comes into stock and leaves it at once: nobody could use it. */
        @ParameterizedTest
        @EnumSource
        void finBehindTheId(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.opening();
                exchange(side, peer, 0, true);
                assertReset(peer, StreamErrors.RETIRED);
                soon(() -> assertThat(ends.pool().active()).isZero());
                assertThatThrownBy(() -> ends.pool().incomingGet(Duration.ZERO))
                        .isInstanceOf(PoolTimeoutException.class);
                assertThat(ends.evicted("probe")).isZero();
                assertThat(ends.pool().errorCount()).isZero();
            }
        }

        /** What was said before the FIN is for whoever takes the stream. */
        @ParameterizedTest
        @EnumSource
        void finBehindBytes(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.opening();
                exchange(side, peer, 3, true);
                awaitIdle(ends.pool(), 1);
                try (PooledStream stream = ends.take()) {
                    assertThat(stream.inputStream().readAllBytes()).hasSize(3);
                    stream.outputStream().write(9);
                }
                if (side == Side.SERVER) {
                    assertThat(peer.input().readNBytes(StreamId.BYTES)).hasSize(StreamId.BYTES);
                }
                assertThat(peer.input().read()).isEqualTo(9);
                assertFinished(peer);
            }
        }

        @ParameterizedTest
        @EnumSource
        void resetStream(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.opening();
                peer.reset(CODE);
                if (side == Side.CLIENT) {
                    soon(() ->
                            assertThat(ends.pool().snapshot().totals().failed()).isOne());
                    assertThat(ends.pool().errorCount()).isOne();
                }
                ends.roundTrip();
                assertThat(ends.pool().snapshot().totals().lost()).isZero();
            }
        }

        @ParameterizedTest
        @EnumSource
        void stopSending(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.opening();
                peer.stopReceiving(CODE);
                if (side == Side.CLIENT) {
                    soon(() ->
                            assertThat(ends.pool().snapshot().totals().failed()).isOne());
                    assertToldToStop(peer);
                }
                // A server pool waits for the hello of this one, if it knows of it at all, and nobody gets it.
                ends.roundTrip();
                assertThat(ends.pool().active()).isZero();
                assertThat(ends.pool().snapshot().totals().lost()).isZero();
            }
        }

        /** The pool closes. */
        @ParameterizedTest
        @EnumSource
        void close(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream held = ends.idle();
                PooledStream stream = ends.take();
                EngineStream peer = side == Side.CLIENT ? held : ends.opening();
                CompletableFuture<Void> closing =
                        CompletableFuture.runAsync(() -> ends.pool().close(SOON));
                if (side == Side.SERVER) {
                    soon(() -> assertThat(ends.pool().state()).isEqualTo(PoolState.CLOSING));
                    peer.output().write(0);
                    assertReset(peer, StreamErrors.CLOSING);
                    assertToldToStop(peer);
                }
                // What is in use lives on.
                stream.outputStream().write(5);
                assertThat(held.input().read()).isEqualTo(5);
                stream.close();
                closing.get(SOON.toSeconds(), TimeUnit.SECONDS);
            }
        }

        /** A caller's interrupt is the caller's alone: the stream comes into stock. */
        @ParameterizedTest
        @EnumSource
        void interrupt(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.opening();
                Blocked caller = new Blocked(() -> {
                    ends.take().close();
                    return 0;
                });
                caller.interrupt();
                assertThat(caller.failure()).isInstanceOf(InterruptedException.class);
                exchange(side, peer, 0, false);
                awaitIdle(ends.pool(), 1);
                try (PooledStream stream = ends.take()) {
                    stream.outputStream().write(5);
                    assertThat(peer.input().read()).isEqualTo(5);
                }
            }
        }

        /** The hello, or the id, does not come. */
        @ParameterizedTest
        @EnumSource
        void timeOut(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side, Duration.ofMillis(300))) {
                if (side == Side.CLIENT) {
                    EngineStream peer = ends.opening();
                    assertReset(peer, StreamErrors.TOO_SLOW);
                    assertToldToStop(peer);
                    soon(() -> assertThat(ends.pool().snapshot().lastError()).contains("no id within 300 ms"));
                    assertThat(ends.pool().snapshot().totals().failed()).isPositive();
                }
                // A server pool over Netty learns of a stream by its first byte, which is the hello:
                // ServerProtocolTest.
            }
        }

        @ParameterizedTest
        @EnumSource
        void connectionLost(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                ends.opening();
                ends.loseConnection();
                soon(() -> assertThat(ends.pool().snapshot().totals().lost()).isOne());
                if (side == Side.CLIENT) {
                    soon(() ->
                            assertThat(ends.pool().snapshot().totals().failed()).isOne());
                }
                assertThat(ends.pool().active()).isZero();
            }
        }
    }

    @Nested
    class Idle {

        @ParameterizedTest
        @EnumSource
        void fin(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                peer.output().close();
                soon(() -> assertThat(ends.evicted("peer-ended")).isOne());
                assertThat(ends.pool().active()).isZero();
                assertReset(peer, StreamErrors.RETIRED);
                assertThat(ends.pool().errorCount()).isZero();
            }
        }

        @ParameterizedTest
        @EnumSource
        void finBehindBytes(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                peer.output().write(new byte[3]);
                peer.output().close();
                try (PooledStream stream = ends.take()) {
                    assertThat(stream.inputStream().readAllBytes()).hasSize(3);
                }
                assertFinished(peer);
                assertThat(ends.evicted("peer-ended")).isZero();
            }
        }

        @ParameterizedTest
        @EnumSource
        void resetStream(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                peer.reset(CODE);
                soon(() -> assertThat(ends.evicted("peer-ended")).isOne());
                assertThat(ends.pool().active()).isZero();
                assertThat(ends.pool().errorCount()).isZero();
            }
        }

        @ParameterizedTest
        @EnumSource
        void stopSending(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                peer.stopReceiving(CODE);
                soon(() -> assertThat(ends.evicted("peer-ended") + ends.evicted("probe"))
                        .isOne());
                assertThat(ends.pool().active()).isZero();
                assertToldToStop(peer);
            }
        }

        /** The pool closes: what is idle goes first, while a stream in use lives on. */
        @ParameterizedTest
        @EnumSource
        void close(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                ends.pool().flush();
                assertReset(peer, StreamErrors.RETIRED);
                assertToldToStop(peer);
                assertThat(ends.evicted("flushed")).isOne();
            }
        }

        /** A caller who is interrupted takes a stream that is there all the same, and keeps the flag: it does not have to wait. */
        @ParameterizedTest
        @EnumSource
        void interrupt(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                Thread.currentThread().interrupt();
                PooledStream stream = ends.take();
                assertThat(Thread.interrupted()).isTrue();
                stream.outputStream().write(5);
                assertThat(peer.input().read()).isEqualTo(5);
                stream.close();
            }
        }

        @ParameterizedTest
        @EnumSource
        void connectionLost(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                ends.idle();
                ends.loseConnection();
                soon(() -> assertThat(ends.evicted("link-lost")).isOne());
                assertThat(ends.pool().active()).isZero();
            }
        }
    }

    @Nested
    class Taken {

        @ParameterizedTest
        @EnumSource
        void fin(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = ends.take();
                Blocked reader = new Blocked(() -> stream.inputStream().read());
                peer.output().close();
                assertThat(reader.value()).isEqualTo(-1);
                // The other direction goes on.
                stream.outputStream().write(5);
                assertThat(peer.input().read()).isEqualTo(5);
                stream.close();
                assertFinished(peer);
            }
        }

        @ParameterizedTest
        @EnumSource
        void resetStream(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = ends.take();
                Blocked reader = new Blocked(() -> stream.inputStream().read());
                peer.reset(CODE);
                assertThat(reader.failure())
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("Stream reset by peer, code " + CODE);
                assertThatThrownBy(() -> stream.inputStream().read()).isInstanceOf(IOException.class);
                stream.close();
                assertThat(ends.pool().snapshot().taken()).isZero();
                assertThat(ends.pool().errorCount()).isZero();
            }
        }

        /** Whoever reads late, and has much to read, must not take a part for the whole. */
        @ParameterizedTest
        @EnumSource
        void resetStreamBehindMuchUnread(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = ends.take();
                Blocked writer = new Blocked(() -> {
                    peer.output().write(MUCH);
                    return 0;
                });
                soon(() -> assertThat(stream.inputStream().available()).isGreaterThan(100_000));
                peer.reset(CODE);
                assertThat(writer.failure()).isInstanceOf(IOException.class);
                // Time for each engine to look at what it has, after each datagram and then after a while.
                long begin = System.nanoTime();
                while (System.nanoTime() - begin < LOOKS.toNanos()) {
                    ends.roundTrip();
                }
                assertThatThrownBy(() -> stream.inputStream().readAllBytes())
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("Stream reset by peer");
                stream.close();
            }
        }

        @ParameterizedTest
        @EnumSource
        void stopSending(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = ends.take();
                peer.stopReceiving(CODE);
                soon(() ->
                        assertThatThrownBy(() -> stream.outputStream().write(1)).isInstanceOf(IOException.class));
                // The other direction goes on.
                peer.output().write(5);
                assertThat(stream.inputStream().read()).isEqualTo(5);
                stream.close();
            }
        }

        @ParameterizedTest
        @EnumSource
        void stopSendingWhileItWrites(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = ends.take();
                Blocked writer = new Blocked(() -> {
                    stream.outputStream().write(MUCH);
                    return 0;
                });
                peer.stopReceiving(CODE);
                assertThat(writer.failure())
                        .isInstanceOf(IOException.class)
                        .isNotInstanceOf(InterruptedIOException.class);
                assertThat(writer.flagKept()).isFalse();
                stream.close();
            }
        }

        /** All that came was read: the peer is told nothing but the end. */
        @ParameterizedTest
        @EnumSource
        void close(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = ends.take();
                peer.output().write(5);
                assertThat(stream.inputStream().read()).isEqualTo(5);
                stream.outputStream().write(new byte[] {6, 7});
                stream.close();
                ends.roundTrip();
                assertThat(ends.toldToStop(peer)).as("STOP_SENDING").isFalse();
                assertThat(peer.input().readAllBytes()).containsExactly(6, 7);
                assertThat(ends.pool().snapshot().taken()).isZero();
            }
        }

        /** The peer's last byte is read, and the stream closed at that moment: again and again, for it is a matter of timing. */
        @ParameterizedTest
        @EnumSource
        void closeRightAfterReading(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                for (int i = 0; i < 50; i++) {
                    Pair pair = ends.next();
                    Blocked reader = new Blocked(() -> {
                        int value = pair.stream().inputStream().read();
                        pair.stream().outputStream().write(6);
                        pair.stream().close();
                        return value;
                    });
                    pair.peer().output().write(5);
                    assertThat(reader.value()).isEqualTo(5);
                    soon(() -> assertThat(pair.peer().finished()).isTrue());
                    assertThat(ends.toldToStop(pair.peer())).as("STOP_SENDING").isFalse();
                    pair.peer().close();
                }
            }
        }

        /** Something that came was not read: the peer learns that nobody will. */
        @ParameterizedTest
        @EnumSource
        void closeWithUnread(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = ends.take();
                peer.output().write(new byte[] {5, 6});
                assertThat(stream.inputStream().read()).isEqualTo(5);
                soon(() -> assertThat(stream.inputStream().available()).isOne());
                stream.close();
                assertToldToStop(peer);
                assertFinished(peer);
            }
        }

        @ParameterizedTest
        @EnumSource
        void closeWhileItReads(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = ends.take();
                Blocked reader = new Blocked(() -> stream.inputStream().read());
                stream.close();
                assertThat(reader.failure())
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("receiving was stopped");
                assertThat(reader.flagKept()).isFalse();
                assertFinished(peer);
            }
        }

        @ParameterizedTest
        @EnumSource
        void reset(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = ends.take();
                Blocked reader = new Blocked(() -> stream.inputStream().read());
                stream.reset(CODE);
                assertThat(reader.failure()).isInstanceOf(IOException.class);
                assertReset(peer, CODE);
                assertToldToStop(peer);
            }
        }

        /** It ends at once, keeps its flag, and the stream can be used as before. */
        @ParameterizedTest
        @EnumSource
        void interruptWhileItReads(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = ends.take();
                Blocked reader = new Blocked(() -> stream.inputStream().read());
                reader.interrupt();
                assertThat(reader.failure()).isInstanceOf(InterruptedIOException.class);
                assertThat(reader.flagKept()).isTrue();
                peer.output().write(5);
                assertThat(stream.inputStream().read()).isEqualTo(5);
                stream.close();
                assertFinished(peer);
            }
        }

        @ParameterizedTest
        @EnumSource
        void interruptBeforeItReads(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = ends.take();
                peer.output().write(5);
                soon(() -> assertThat(stream.inputStream().available()).isOne());
                Thread.currentThread().interrupt();
                // What is there needs no waiting.
                assertThat(stream.inputStream().read()).isEqualTo(5);
                assertThat(Thread.currentThread().isInterrupted()).isTrue();
                assertThatThrownBy(() -> stream.inputStream().read()).isInstanceOf(InterruptedIOException.class);
                assertThat(Thread.interrupted()).isTrue();
                stream.close();
            }
        }

        @ParameterizedTest
        @EnumSource
        void interruptWhileItWrites(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                ends.idle();
                PooledStream stream = ends.take();
                Blocked writer = new Blocked(() -> {
                    stream.outputStream().write(MUCH);
                    return 0;
                });
                writer.interrupt();
                assertThat(writer.failure()).isInstanceOf(InterruptedIOException.class);
                assertThat(writer.flagKept()).isTrue();
                stream.reset(CODE);
            }
        }

        @ParameterizedTest
        @EnumSource
        void readTimeOut(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = ends.take();
                stream.readTimeout(Duration.ofMillis(50));
                assertThatThrownBy(() -> stream.inputStream().read()).isInstanceOf(SocketTimeoutException.class);
                assertToldToStop(peer);
                stream.outputStream().write(5);
                assertThat(peer.input().read()).isEqualTo(5);
                stream.close();
                assertFinished(peer);
            }
        }

        @ParameterizedTest
        @EnumSource
        void writeTimeOut(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = ends.take();
                stream.writeTimeout(Duration.ofMillis(50));
                assertThatThrownBy(() -> stream.outputStream().write(MUCH)).isInstanceOf(SocketTimeoutException.class);
                assertReset(peer, StreamErrors.TOO_SLOW);
                assertToldToStop(peer);
                stream.close();
            }
        }

        @ParameterizedTest
        @EnumSource
        void connectionLost(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = ends.take();
                peer.output().write(new byte[] {5, 6});
                soon(() -> assertThat(stream.inputStream().available()).isEqualTo(2));
                Blocked reader = new Blocked(() -> {
                    assertThat(stream.inputStream().readNBytes(2)).containsExactly(5, 6);
                    return stream.inputStream().read();
                });
                ends.loseConnection();
                assertThat(reader.failure()).isInstanceOf(IOException.class).hasMessageContaining("connection lost");
                assertThatThrownBy(() -> stream.outputStream().write(1))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("connection lost");
                stream.close();
                assertThat(ends.pool().snapshot().taken()).isZero();
            }
        }
    }

    /** This side has sent its FIN, and still reads. */
    @Nested
    class HalfClosed {

        private static PooledStream halfClosed(EndOfStream ends, EngineStream peer) throws Exception {
            PooledStream stream = ends.take();
            OutputStream out = stream.outputStream();
            out.write(4);
            out.close();
            assertThat(peer.input().read()).isEqualTo(4);
            assertFinished(peer);
            return stream;
        }

        @ParameterizedTest
        @EnumSource
        void fin(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = halfClosed(ends, peer);
                Blocked reader = new Blocked(() -> stream.inputStream().readAllBytes().length);
                peer.output().write(new byte[3]);
                peer.output().close();
                assertThat(reader.value()).isEqualTo(3);
                stream.close();
                ends.roundTrip();
                assertThat(ends.pool().snapshot().taken()).isZero();
            }
        }

        @ParameterizedTest
        @EnumSource
        void resetStream(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = halfClosed(ends, peer);
                Blocked reader = new Blocked(() -> stream.inputStream().read());
                peer.reset(CODE);
                assertThat(reader.failure())
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("Stream reset by peer, code " + CODE);
                stream.close();
            }
        }

        /** Too late to matter. */
        @ParameterizedTest
        @EnumSource
        void stopSending(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = halfClosed(ends, peer);
                peer.stopReceiving(CODE);
                peer.output().write(5);
                assertThat(stream.inputStream().read()).isEqualTo(5);
                stream.close();
            }
        }

        @ParameterizedTest
        @EnumSource
        void close(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = halfClosed(ends, peer);
                peer.output().write(5);
                assertThat(stream.inputStream().read()).isEqualTo(5);
                stream.close();
                ends.roundTrip();
                // Only who sends more is told to stop.
                peer.output().flush();
                assertToldToStop(peer);
            }
        }

        @ParameterizedTest
        @EnumSource
        void closeAfterThePeersFin(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = ends.take();
                peer.output().close();
                assertThat(stream.inputStream().read()).isEqualTo(-1);
                stream.outputStream().write(new byte[] {6, 7});
                stream.close();
                ends.roundTrip();
                assertThat(ends.toldToStop(peer)).as("STOP_SENDING").isFalse();
                assertThat(peer.input().readAllBytes()).containsExactly(6, 7);
            }
        }

        @ParameterizedTest
        @EnumSource
        void interrupt(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = halfClosed(ends, peer);
                Blocked reader = new Blocked(() -> stream.inputStream().read());
                reader.interrupt();
                assertThat(reader.failure()).isInstanceOf(InterruptedIOException.class);
                assertThat(reader.flagKept()).isTrue();
                peer.output().write(5);
                assertThat(stream.inputStream().read()).isEqualTo(5);
                stream.close();
            }
        }

        @ParameterizedTest
        @EnumSource
        void readTimeOut(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = halfClosed(ends, peer);
                stream.readTimeout(Duration.ofMillis(50));
                assertThatThrownBy(() -> stream.inputStream().read()).isInstanceOf(SocketTimeoutException.class);
                assertToldToStop(peer);
                stream.close();
            }
        }

        @ParameterizedTest
        @EnumSource
        void connectionLost(Side side) throws Exception {
            try (EndOfStream ends = new EndOfStream(side)) {
                EngineStream peer = ends.idle();
                PooledStream stream = halfClosed(ends, peer);
                Blocked reader = new Blocked(() -> stream.inputStream().read());
                ends.loseConnection();
                assertThat(reader.failure()).isInstanceOf(IOException.class).hasMessageContaining("connection lost");
                stream.close();
            }
        }
    }
}
