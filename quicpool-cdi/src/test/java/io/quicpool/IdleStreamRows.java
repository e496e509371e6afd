package io.quicpool;

import static io.quicpool.EndOfStream.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.transport.EngineStream;
import org.junit.jupiter.api.Test;

/** What happens to an idle stream. */
abstract class IdleStreamRows extends StreamRows {

    IdleStreamRows(EndOfStreamContract contract) {
        super(contract);
    }

    @Test
    void fin() throws Exception {
        EngineStream peer = ends().idle();
        peer.output().close();
        soon(() -> assertThat(ends().evicted("peer-ended")).isOne());
        assertThat(ends().pool().active()).isZero();
        assertReset(peer, StreamErrors.RETIRED);
        assertThat(ends().pool().errorCount()).isZero();
    }

    @Test
    void finBehindBytes() throws Exception {
        EngineStream peer = ends().idle();
        peer.output().write(new byte[3]);
        peer.output().close();
        try (PooledStream stream = ends().take()) {
            assertThat(stream.inputStream().readAllBytes()).hasSize(3);
        }
        assertFinished(peer);
        assertThat(ends().evicted("peer-ended")).isZero();
    }

    @Test
    void resetStream() throws Exception {
        EngineStream peer = ends().idle();
        peer.reset(CODE);
        soon(() -> assertThat(ends().evicted("peer-ended")).isOne());
        assertThat(ends().pool().active()).isZero();
        assertThat(ends().pool().errorCount()).isZero();
    }

    @Test
    void stopSending() throws Exception {
        EngineStream peer = ends().idle();
        peer.stopReceiving(CODE);
        soon(() -> assertThat(ends().evicted("peer-ended") + ends().evicted("probe"))
                .isOne());
        assertThat(ends().pool().active()).isZero();
        assertToldToStop(peer);
    }

    /** The pool closes: idle streams are reset at once, streams in use continue. */
    @Test
    void close() throws Exception {
        EngineStream peer = ends().idle();
        ends().pool().flush();
        assertReset(peer, StreamErrors.RETIRED);
        assertToldToStop(peer);
        assertThat(ends().evicted("flushed")).isOne();
    }

    /** An interrupted caller takes an idle stream and keeps the interrupt flag, because it does not have to wait. */
    @Test
    void interrupt() throws Exception {
        EngineStream peer = ends().idle();
        Thread.currentThread().interrupt();
        PooledStream stream = ends().take();
        assertThat(Thread.interrupted()).isTrue();
        stream.outputStream().write(5);
        assertThat(peer.input().read()).isEqualTo(5);
        stream.close();
    }

    @Test
    void connectionLost() throws Exception {
        ends().idle();
        ends().loseConnection();
        soon(() -> assertThat(ends().evicted("link-lost")).isOne());
        assertThat(ends().pool().active()).isZero();
    }
}
