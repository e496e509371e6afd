package io.quicpool;

import static io.quicpool.EndOfStream.exchange;
import static io.quicpool.EndOfStream.soon;
import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * The table "The end of a stream" of docs/protocol.md, with a test for each cell, seen from a client pool or a server pool. Subclasses
 * choose the raw peer.
 */
abstract class EndOfStreamContract {

    private static final long CODE = 77;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LOOKS = Duration.ofMillis(500);
    // More than the peer lets this side send ahead.
    private static final byte[] MUCH = new byte[8 << 20];

    private final Side side;
    private EndOfStream ends;

    EndOfStreamContract(Side side) {
        this.side = side;
    }

    /** With this time for hellos and ids. */
    abstract EndOfStream open(Duration patience) throws Exception;

    @BeforeEach
    void open() throws Exception {
        ends = open(PATIENCE);
    }

    @AfterEach
    void close() {
        // Null if the peer is not available on this machine.
        if (ends != null) {
            ends.close();
        }
    }

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

    @Nested
    class BeingOpened {

        @Test
        void fin() throws Exception {
            EngineStream peer = ends.opening();
            peer.output().close();
            if (side == Side.CLIENT) {
                soon(() -> assertThat(ends.pool().snapshot().totals().failed()).isOne());
                assertThat(ends.pool().snapshot().lastError()).contains("before its id");
            } else {
                // A ping, as Netty clients of this library send it: no failure.
                assertReset(peer, StreamErrors.RETIRED);
                assertThat(ends.pool().snapshot().totals().failed()).isZero();
            }
            assertReset(peer, StreamErrors.RETIRED);
            assertThat(ends.pool().active()).isZero();
            soon(() -> assertThat(ends.pool().snapshot().opening()).isZero());
        }

        /** It becomes idle and is evicted at once, because nobody could use it. */
        @Test
        void finBehindTheId() throws Exception {
            EngineStream peer = ends.opening();
            exchange(side, peer, 0, true);
            assertReset(peer, StreamErrors.RETIRED);
            soon(() -> assertThat(ends.pool().active()).isZero());
            assertThatThrownBy(() -> ends.pool().take(Duration.ZERO)).isInstanceOf(PoolTimeoutException.class);
            assertThat(ends.evicted("probe")).isZero();
            assertThat(ends.pool().errorCount()).isZero();
        }

        /** The bytes before the FIN are for the caller that takes the stream. */
        @Test
        void finBehindBytes() throws Exception {
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

        @Test
        void resetStream() throws Exception {
            EngineStream peer = ends.opening();
            peer.reset(CODE);
            if (side == Side.CLIENT) {
                soon(() -> assertThat(ends.pool().snapshot().totals().failed()).isOne());
                assertThat(ends.pool().errorCount()).isOne();
            }
            ends.roundTrip();
            assertThat(ends.pool().snapshot().totals().lost()).isZero();
        }

        @Test
        void stopSending() throws Exception {
            EngineStream peer = ends.opening();
            peer.stopReceiving(CODE);
            if (side == Side.CLIENT) {
                soon(() -> assertThat(ends.pool().snapshot().totals().failed()).isOne());
                assertToldToStop(peer);
            }
            // A server pool waits for the hello of this stream, if it knows the stream. Nobody gets it.
            ends.roundTrip();
            assertThat(ends.pool().active()).isZero();
            assertThat(ends.pool().snapshot().totals().lost()).isZero();
        }

        /** The pool closes. */
        @Test
        void close() throws Exception {
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
            // Streams in use continue.
            stream.outputStream().write(5);
            assertThat(held.input().read()).isEqualTo(5);
            stream.close();
            closing.get(SOON.toSeconds(), TimeUnit.SECONDS);
        }

        /** An interrupt affects only its caller: the stream becomes idle. */
        @Test
        void interrupt() throws Exception {
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

        /** The hello, or the id, does not come. */
        @Test
        void timeOut() throws Exception {
            // A server pool over Netty learns of a stream by its first byte, which is the hello: ServerProtocolTest.
            assumeTrue(side == Side.CLIENT);
            ends.close();
            ends = open(Duration.ofMillis(300));
            EngineStream peer = ends.opening();
            assertReset(peer, StreamErrors.TOO_SLOW);
            assertToldToStop(peer);
            soon(() -> assertThat(ends.pool().snapshot().lastError()).contains("no id within 300 ms"));
            assertThat(ends.pool().snapshot().totals().failed()).isPositive();
        }

        @Test
        void connectionLost() throws Exception {
            ends.opening();
            ends.loseConnection();
            soon(() -> assertThat(ends.pool().snapshot().totals().lost()).isOne());
            if (side == Side.CLIENT) {
                soon(() -> assertThat(ends.pool().snapshot().totals().failed()).isOne());
            }
            assertThat(ends.pool().active()).isZero();
        }
    }

    @Nested
    class Idle {

        @Test
        void fin() throws Exception {
            EngineStream peer = ends.idle();
            peer.output().close();
            soon(() -> assertThat(ends.evicted("peer-ended")).isOne());
            assertThat(ends.pool().active()).isZero();
            assertReset(peer, StreamErrors.RETIRED);
            assertThat(ends.pool().errorCount()).isZero();
        }

        @Test
        void finBehindBytes() throws Exception {
            EngineStream peer = ends.idle();
            peer.output().write(new byte[3]);
            peer.output().close();
            try (PooledStream stream = ends.take()) {
                assertThat(stream.inputStream().readAllBytes()).hasSize(3);
            }
            assertFinished(peer);
            assertThat(ends.evicted("peer-ended")).isZero();
        }

        @Test
        void resetStream() throws Exception {
            EngineStream peer = ends.idle();
            peer.reset(CODE);
            soon(() -> assertThat(ends.evicted("peer-ended")).isOne());
            assertThat(ends.pool().active()).isZero();
            assertThat(ends.pool().errorCount()).isZero();
        }

        @Test
        void stopSending() throws Exception {
            EngineStream peer = ends.idle();
            peer.stopReceiving(CODE);
            soon(() -> assertThat(ends.evicted("peer-ended") + ends.evicted("probe"))
                    .isOne());
            assertThat(ends.pool().active()).isZero();
            assertToldToStop(peer);
        }

        /** The pool closes: idle streams are reset at once, streams in use continue. */
        @Test
        void close() throws Exception {
            EngineStream peer = ends.idle();
            ends.pool().flush();
            assertReset(peer, StreamErrors.RETIRED);
            assertToldToStop(peer);
            assertThat(ends.evicted("flushed")).isOne();
        }

        /** An interrupted caller takes an idle stream and keeps the interrupt flag, because it does not have to wait. */
        @Test
        void interrupt() throws Exception {
            EngineStream peer = ends.idle();
            Thread.currentThread().interrupt();
            PooledStream stream = ends.take();
            assertThat(Thread.interrupted()).isTrue();
            stream.outputStream().write(5);
            assertThat(peer.input().read()).isEqualTo(5);
            stream.close();
        }

        @Test
        void connectionLost() throws Exception {
            ends.idle();
            ends.loseConnection();
            soon(() -> assertThat(ends.evicted("link-lost")).isOne());
            assertThat(ends.pool().active()).isZero();
        }
    }

    @Nested
    class Taken {

        @Test
        void fin() throws Exception {
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

        @Test
        void resetStream() throws Exception {
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

        /** A late reader must not take a part of the data for the whole. */
        @Test
        void resetStreamBehindMuchUnread() throws Exception {
            EngineStream peer = ends.idle();
            PooledStream stream = ends.take();
            Blocked writer = new Blocked(() -> {
                peer.output().write(MUCH);
                return 0;
            });
            soon(() -> assertThat(stream.inputStream().available()).isGreaterThan(100_000));
            peer.reset(CODE);
            assertThat(writer.failure()).isInstanceOf(IOException.class);
            // Time for each engine to check its streams, after each datagram and periodically.
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < LOOKS.toNanos()) {
                ends.roundTrip();
            }
            assertThatThrownBy(() -> stream.inputStream().readAllBytes())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Stream reset by peer");
            stream.close();
        }

        @Test
        void stopSending() throws Exception {
            EngineStream peer = ends.idle();
            PooledStream stream = ends.take();
            peer.stopReceiving(CODE);
            soon(() -> assertThatThrownBy(() -> stream.outputStream().write(1)).isInstanceOf(IOException.class));
            // The other direction goes on.
            peer.output().write(5);
            assertThat(stream.inputStream().read()).isEqualTo(5);
            stream.close();
        }

        @Test
        void stopSendingWhileItWrites() throws Exception {
            EngineStream peer = ends.idle();
            PooledStream stream = ends.take();
            Blocked writer = new Blocked(() -> {
                stream.outputStream().write(MUCH);
                return 0;
            });
            peer.stopReceiving(CODE);
            assertThat(writer.failure()).isInstanceOf(IOException.class).isNotInstanceOf(InterruptedIOException.class);
            assertThat(writer.flagKept()).isFalse();
            stream.close();
        }

        /** All data was read: the peer gets only the FIN. */
        @Test
        void close() throws Exception {
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

        /** The last byte is read and the stream closed at the same moment. Many times, because it depends on timing. */
        @Test
        void closeRightAfterReading() throws Exception {
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
                assertThat(pair.peer().input().readAllBytes()).containsExactly(6);
                assertThat(ends.toldToStop(pair.peer())).as("STOP_SENDING").isFalse();
                pair.peer().close();
            }
        }

        /** Some data was not read: the peer learns that nobody will read it. */
        @Test
        void closeWithUnread() throws Exception {
            EngineStream peer = ends.idle();
            PooledStream stream = ends.take();
            peer.output().write(new byte[] {5, 6});
            assertThat(stream.inputStream().read()).isEqualTo(5);
            soon(() -> assertThat(stream.inputStream().available()).isOne());
            stream.close();
            assertToldToStop(peer);
            assertFinished(peer);
        }

        @Test
        void closeWhileItReads() throws Exception {
            EngineStream peer = ends.idle();
            PooledStream stream = ends.take();
            Blocked reader = new Blocked(() -> stream.inputStream().read());
            stream.close();
            assertThat(reader.failure()).isInstanceOf(IOException.class).hasMessageContaining("receiving was stopped");
            assertThat(reader.flagKept()).isFalse();
            assertFinished(peer);
        }

        @Test
        void reset() throws Exception {
            EngineStream peer = ends.idle();
            PooledStream stream = ends.take();
            Blocked reader = new Blocked(() -> stream.inputStream().read());
            stream.reset(CODE);
            assertThat(reader.failure()).isInstanceOf(IOException.class);
            assertReset(peer, CODE);
            assertToldToStop(peer);
        }

        /** It ends at once and keeps the interrupt flag. The stream can still be used. */
        @Test
        void interruptWhileItReads() throws Exception {
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

        @Test
        void interruptBeforeItReads() throws Exception {
            EngineStream peer = ends.idle();
            PooledStream stream = ends.take();
            peer.output().write(5);
            soon(() -> assertThat(stream.inputStream().available()).isOne());
            Thread.currentThread().interrupt();
            // Data that has arrived needs no waiting.
            assertThat(stream.inputStream().read()).isEqualTo(5);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            assertThatThrownBy(() -> stream.inputStream().read()).isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
            stream.close();
        }

        @Test
        void interruptWhileItWrites() throws Exception {
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

        @Test
        void readTimeOut() throws Exception {
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

        @Test
        void writeTimeOut() throws Exception {
            EngineStream peer = ends.idle();
            PooledStream stream = ends.take();
            stream.writeTimeout(Duration.ofMillis(50));
            assertThatThrownBy(() -> stream.outputStream().write(MUCH)).isInstanceOf(SocketTimeoutException.class);
            assertReset(peer, StreamErrors.TOO_SLOW);
            assertToldToStop(peer);
            stream.close();
        }

        @Test
        void connectionLost() throws Exception {
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

    /** This side has sent its FIN, and still reads. */
    @Nested
    class HalfClosed {

        private PooledStream halfClosed(EngineStream peer) throws Exception {
            PooledStream stream = ends.take();
            OutputStream out = stream.outputStream();
            out.write(4);
            out.close();
            assertThat(peer.input().read()).isEqualTo(4);
            assertFinished(peer);
            return stream;
        }

        @Test
        void fin() throws Exception {
            EngineStream peer = ends.idle();
            PooledStream stream = halfClosed(peer);
            Blocked reader = new Blocked(() -> stream.inputStream().readAllBytes().length);
            peer.output().write(new byte[3]);
            peer.output().close();
            assertThat(reader.value()).isEqualTo(3);
            stream.close();
            ends.roundTrip();
            assertThat(ends.pool().snapshot().taken()).isZero();
        }

        @Test
        void resetStream() throws Exception {
            EngineStream peer = ends.idle();
            PooledStream stream = halfClosed(peer);
            Blocked reader = new Blocked(() -> stream.inputStream().read());
            peer.reset(CODE);
            assertThat(reader.failure())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Stream reset by peer, code " + CODE);
            stream.close();
        }

        /** Too late to matter. */
        @Test
        void stopSending() throws Exception {
            EngineStream peer = ends.idle();
            PooledStream stream = halfClosed(peer);
            peer.stopReceiving(CODE);
            peer.output().write(5);
            assertThat(stream.inputStream().read()).isEqualTo(5);
            stream.close();
        }

        @Test
        void close() throws Exception {
            EngineStream peer = ends.idle();
            PooledStream stream = halfClosed(peer);
            peer.output().write(5);
            assertThat(stream.inputStream().read()).isEqualTo(5);
            stream.close();
            ends.roundTrip();
            // Only a peer that sends more gets STOP_SENDING.
            peer.output().flush();
            assertToldToStop(peer);
        }

        @Test
        void closeAfterThePeersFin() throws Exception {
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

        @Test
        void interrupt() throws Exception {
            EngineStream peer = ends.idle();
            PooledStream stream = halfClosed(peer);
            Blocked reader = new Blocked(() -> stream.inputStream().read());
            reader.interrupt();
            assertThat(reader.failure()).isInstanceOf(InterruptedIOException.class);
            assertThat(reader.flagKept()).isTrue();
            peer.output().write(5);
            assertThat(stream.inputStream().read()).isEqualTo(5);
            stream.close();
        }

        @Test
        void readTimeOut() throws Exception {
            EngineStream peer = ends.idle();
            PooledStream stream = halfClosed(peer);
            stream.readTimeout(Duration.ofMillis(50));
            assertThatThrownBy(() -> stream.inputStream().read()).isInstanceOf(SocketTimeoutException.class);
            assertToldToStop(peer);
            stream.close();
        }

        @Test
        void connectionLost() throws Exception {
            EngineStream peer = ends.idle();
            PooledStream stream = halfClosed(peer);
            Blocked reader = new Blocked(() -> stream.inputStream().read());
            ends.loseConnection();
            assertThat(reader.failure()).isInstanceOf(IOException.class).hasMessageContaining("connection lost");
            stream.close();
        }
    }
}
