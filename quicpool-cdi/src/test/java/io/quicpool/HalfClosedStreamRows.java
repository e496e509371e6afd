package io.quicpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What happens to a stream on which this side has sent its FIN and still reads. */
abstract class HalfClosedStreamRows extends StreamRows {

    HalfClosedStreamRows(EndOfStreamContract contract) {
        super(contract);
    }

    private PooledStream halfClosed(EngineStream peer) throws Exception {
        PooledStream stream = ends().take();
        OutputStream out = stream.outputStream();
        out.write(4);
        out.close();
        assertThat(peer.input().read()).isEqualTo(4);
        assertFinished(peer);
        return stream;
    }

    @Test
    void fin() throws Exception {
        EngineStream peer = ends().idle();
        PooledStream stream = halfClosed(peer);
        Blocked reader = new Blocked(() -> stream.inputStream().readAllBytes().length);
        peer.output().write(new byte[3]);
        peer.output().close();
        assertThat(reader.value()).isEqualTo(3);
        stream.close();
        ends().roundTrip();
        assertThat(ends().pool().snapshot().taken()).isZero();
    }

    @Test
    void resetStream() throws Exception {
        EngineStream peer = ends().idle();
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
        EngineStream peer = ends().idle();
        PooledStream stream = halfClosed(peer);
        peer.stopReceiving(CODE);
        peer.output().write(5);
        assertThat(stream.inputStream().read()).isEqualTo(5);
        stream.close();
    }

    @Test
    void close() throws Exception {
        EngineStream peer = ends().idle();
        PooledStream stream = halfClosed(peer);
        peer.output().write(5);
        assertThat(stream.inputStream().read()).isEqualTo(5);
        stream.close();
        ends().roundTrip();
        // Only a peer that sends more gets STOP_SENDING.
        peer.output().flush();
        assertToldToStop(peer);
    }

    @Test
    void closeAfterThePeersFin() throws Exception {
        EngineStream peer = ends().idle();
        PooledStream stream = ends().take();
        peer.output().close();
        assertThat(stream.inputStream().read()).isEqualTo(-1);
        stream.outputStream().write(new byte[] {6, 7});
        stream.close();
        ends().roundTrip();
        assertThat(ends().toldToStop(peer)).as("STOP_SENDING").isFalse();
        assertThat(peer.input().readAllBytes()).containsExactly(6, 7);
    }

    @Test
    void interrupt() throws Exception {
        EngineStream peer = ends().idle();
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
        EngineStream peer = ends().idle();
        PooledStream stream = halfClosed(peer);
        stream.readTimeout(Duration.ofMillis(50));
        assertThatThrownBy(() -> stream.inputStream().read()).isInstanceOf(SocketTimeoutException.class);
        assertToldToStop(peer);
        stream.close();
    }

    @Test
    void connectionLost() throws Exception {
        EngineStream peer = ends().idle();
        PooledStream stream = halfClosed(peer);
        Blocked reader = new Blocked(() -> stream.inputStream().read());
        ends().loseConnection();
        assertThat(reader.failure()).isInstanceOf(IOException.class).hasMessageContaining("connection lost");
        stream.close();
    }
}
