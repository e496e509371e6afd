package io.quicpool;

import static io.quicpool.EndOfStream.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quicpool.EndOfStream.Pair;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What happens to a stream that a caller has. */
abstract class TakenStreamRows extends StreamRows {

    private static final Duration LOOKS = Duration.ofMillis(500);
    // More than the peer lets this side send ahead.
    private static final byte[] MUCH = new byte[8 << 20];

    TakenStreamRows(EndOfStreamContract contract) {
        super(contract);
    }

    @Test
    void fin() throws Exception {
        EngineStream peer = ends().idle();
        PooledStream stream = ends().take();
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
        EngineStream peer = ends().idle();
        PooledStream stream = ends().take();
        Blocked reader = new Blocked(() -> stream.inputStream().read());
        peer.reset(CODE);
        assertThat(reader.failure())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Stream reset by peer, code " + CODE);
        assertThatThrownBy(() -> stream.inputStream().read()).isInstanceOf(IOException.class);
        stream.close();
        assertThat(ends().pool().snapshot().taken()).isZero();
        assertThat(ends().pool().errorCount()).isZero();
    }

    /** A late reader must not take a part of the data for the whole. */
    @Test
    void resetStreamBehindMuchUnread() throws Exception {
        EngineStream peer = ends().idle();
        PooledStream stream = ends().take();
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
            ends().roundTrip();
        }
        assertThatThrownBy(() -> stream.inputStream().readAllBytes())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Stream reset by peer");
        stream.close();
    }

    @Test
    void stopSending() throws Exception {
        EngineStream peer = ends().idle();
        PooledStream stream = ends().take();
        peer.stopReceiving(CODE);
        soon(() -> assertThatThrownBy(() -> stream.outputStream().write(1)).isInstanceOf(IOException.class));
        // The other direction goes on.
        peer.output().write(5);
        assertThat(stream.inputStream().read()).isEqualTo(5);
        stream.close();
    }

    @Test
    void stopSendingWhileItWrites() throws Exception {
        EngineStream peer = ends().idle();
        PooledStream stream = ends().take();
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
        EngineStream peer = ends().idle();
        PooledStream stream = ends().take();
        peer.output().write(5);
        assertThat(stream.inputStream().read()).isEqualTo(5);
        stream.outputStream().write(new byte[] {6, 7});
        stream.close();
        ends().roundTrip();
        assertThat(ends().toldToStop(peer)).as("STOP_SENDING").isFalse();
        assertThat(peer.input().readAllBytes()).containsExactly(6, 7);
        assertThat(ends().pool().snapshot().taken()).isZero();
    }

    /** The last byte is read and the stream closed at the same moment. Many times, because it depends on timing. */
    @Test
    void closeRightAfterReading() throws Exception {
        for (int i = 0; i < 50; i++) {
            Pair pair = ends().next();
            Blocked reader = new Blocked(() -> {
                int value = pair.stream().inputStream().read();
                pair.stream().outputStream().write(6);
                pair.stream().close();
                return value;
            });
            pair.peer().output().write(5);
            assertThat(reader.value()).isEqualTo(5);
            assertThat(pair.peer().input().readAllBytes()).containsExactly(6);
            assertThat(ends().toldToStop(pair.peer())).as("STOP_SENDING").isFalse();
            pair.peer().close();
        }
    }

    /** Some data was not read: the peer learns that nobody will read it. */
    @Test
    void closeWithUnread() throws Exception {
        EngineStream peer = ends().idle();
        PooledStream stream = ends().take();
        peer.output().write(new byte[] {5, 6});
        assertThat(stream.inputStream().read()).isEqualTo(5);
        soon(() -> assertThat(stream.inputStream().available()).isOne());
        stream.close();
        assertToldToStop(peer);
        assertFinished(peer);
    }

    @Test
    void closeWhileItReads() throws Exception {
        EngineStream peer = ends().idle();
        PooledStream stream = ends().take();
        Blocked reader = new Blocked(() -> stream.inputStream().read());
        stream.close();
        assertThat(reader.failure()).isInstanceOf(IOException.class).hasMessageContaining("receiving was stopped");
        assertThat(reader.flagKept()).isFalse();
        assertFinished(peer);
    }

    @Test
    void reset() throws Exception {
        EngineStream peer = ends().idle();
        PooledStream stream = ends().take();
        Blocked reader = new Blocked(() -> stream.inputStream().read());
        stream.reset(CODE);
        assertThat(reader.failure()).isInstanceOf(IOException.class);
        assertReset(peer, CODE);
        assertToldToStop(peer);
    }

    /** It ends at once and keeps the interrupt flag. The stream can still be used. */
    @Test
    void interruptWhileItReads() throws Exception {
        EngineStream peer = ends().idle();
        PooledStream stream = ends().take();
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
        EngineStream peer = ends().idle();
        PooledStream stream = ends().take();
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
        ends().idle();
        PooledStream stream = ends().take();
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
        EngineStream peer = ends().idle();
        PooledStream stream = ends().take();
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
        EngineStream peer = ends().idle();
        PooledStream stream = ends().take();
        stream.writeTimeout(Duration.ofMillis(50));
        assertThatThrownBy(() -> stream.outputStream().write(MUCH)).isInstanceOf(SocketTimeoutException.class);
        assertReset(peer, StreamErrors.TOO_SLOW);
        assertToldToStop(peer);
        stream.close();
    }

    @Test
    void connectionLost() throws Exception {
        EngineStream peer = ends().idle();
        PooledStream stream = ends().take();
        peer.output().write(new byte[] {5, 6});
        soon(() -> assertThat(stream.inputStream().available()).isEqualTo(2));
        Blocked reader = new Blocked(() -> {
            assertThat(stream.inputStream().readNBytes(2)).containsExactly(5, 6);
            return stream.inputStream().read();
        });
        ends().loseConnection();
        assertThat(reader.failure()).isInstanceOf(IOException.class).hasMessageContaining("connection lost");
        assertThatThrownBy(() -> stream.outputStream().write(1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("connection lost");
        stream.close();
        assertThat(ends().pool().snapshot().taken()).isZero();
    }
}
