package io.quicpool;

import static io.quicpool.EndOfStream.exchange;
import static io.quicpool.EndOfStream.soon;
import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quicpool.EndOfStream.Side;
import io.quicpool.transport.EngineStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What happens to a stream that has no id yet. */
abstract class OpeningStreamRows extends StreamRows {

    OpeningStreamRows(EndOfStreamContract contract) {
        super(contract);
    }

    @Test
    void fin() throws Exception {
        EngineStream peer = ends().opening();
        peer.output().close();
        if (side() == Side.CLIENT) {
            soon(() -> assertThat(ends().pool().snapshot().totals().failed()).isOne());
            assertThat(ends().pool().snapshot().lastError()).contains("before its id");
        } else {
            // A ping, as Netty clients of this library send it: no failure.
            assertReset(peer, StreamErrors.RETIRED);
            assertThat(ends().pool().snapshot().totals().failed()).isZero();
        }
        assertReset(peer, StreamErrors.RETIRED);
        assertThat(ends().pool().active()).isZero();
        soon(() -> assertThat(ends().pool().snapshot().opening()).isZero());
    }

    /** It becomes idle and is evicted at once, because nobody could use it. */
    @Test
    void finBehindTheId() throws Exception {
        EngineStream peer = ends().opening();
        exchange(side(), peer, 0, true);
        assertReset(peer, StreamErrors.RETIRED);
        soon(() -> assertThat(ends().pool().active()).isZero());
        assertThatThrownBy(() -> ends().pool().take(Duration.ZERO)).isInstanceOf(PoolTimeoutException.class);
        assertThat(ends().evicted("probe")).isZero();
        assertThat(ends().pool().errorCount()).isZero();
    }

    /** The bytes before the FIN are for the caller that takes the stream. */
    @Test
    void finBehindBytes() throws Exception {
        EngineStream peer = ends().opening();
        exchange(side(), peer, 3, true);
        awaitIdle(ends().pool(), 1);
        try (PooledStream stream = ends().take()) {
            assertThat(stream.inputStream().readAllBytes()).hasSize(3);
            stream.outputStream().write(9);
        }
        if (side() == Side.SERVER) {
            assertThat(peer.input().readNBytes(StreamId.BYTES)).hasSize(StreamId.BYTES);
        }
        assertThat(peer.input().read()).isEqualTo(9);
        assertFinished(peer);
    }

    @Test
    void resetStream() throws Exception {
        EngineStream peer = ends().opening();
        peer.reset(CODE);
        if (side() == Side.CLIENT) {
            soon(() -> assertThat(ends().pool().snapshot().totals().failed()).isOne());
            assertThat(ends().pool().errorCount()).isOne();
        }
        ends().roundTrip();
        assertThat(ends().pool().snapshot().totals().lost()).isZero();
    }

    @Test
    void stopSending() throws Exception {
        EngineStream peer = ends().opening();
        peer.stopReceiving(CODE);
        if (side() == Side.CLIENT) {
            soon(() -> assertThat(ends().pool().snapshot().totals().failed()).isOne());
            assertToldToStop(peer);
        }
        // A server pool waits for the hello of this stream, if it knows the stream. Nobody gets it.
        ends().roundTrip();
        assertThat(ends().pool().active()).isZero();
        assertThat(ends().pool().snapshot().totals().lost()).isZero();
    }

    /** The pool closes. */
    @Test
    void close() throws Exception {
        EngineStream held = ends().idle();
        PooledStream stream = ends().take();
        EngineStream peer = side() == Side.CLIENT ? held : ends().opening();
        CompletableFuture<Void> closing =
                CompletableFuture.runAsync(() -> ends().pool().close(SOON));
        if (side() == Side.SERVER) {
            soon(() -> assertThat(ends().pool().state()).isEqualTo(PoolState.CLOSING));
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
        EngineStream peer = ends().opening();
        Blocked caller = new Blocked(() -> {
            ends().take().close();
            return 0;
        });
        caller.interrupt();
        assertThat(caller.failure()).isInstanceOf(InterruptedException.class);
        exchange(side(), peer, 0, false);
        awaitIdle(ends().pool(), 1);
        try (PooledStream stream = ends().take()) {
            stream.outputStream().write(5);
            assertThat(peer.input().read()).isEqualTo(5);
        }
    }

    /** The hello, or the id, does not come. */
    @Test
    void timeOut() throws Exception {
        // A server pool over Netty learns of a stream by its first byte, which is the hello: ServerProtocolTest.
        assumeTrue(side() == Side.CLIENT);
        reopen(Duration.ofMillis(300));
        EngineStream peer = ends().opening();
        assertReset(peer, StreamErrors.TOO_SLOW);
        assertToldToStop(peer);
        soon(() -> assertThat(ends().pool().snapshot().lastError()).contains("no id within 300 ms"));
        assertThat(ends().pool().snapshot().totals().failed()).isPositive();
    }

    @Test
    void connectionLost() throws Exception {
        ends().opening();
        ends().loseConnection();
        soon(() -> assertThat(ends().pool().snapshot().totals().lost()).isOne());
        if (side() == Side.CLIENT) {
            soon(() -> assertThat(ends().pool().snapshot().totals().failed()).isOne());
        }
        assertThat(ends().pool().active()).isZero();
    }
}
