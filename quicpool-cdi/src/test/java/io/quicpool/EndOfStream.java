package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.awaitility.core.ThrowingRunnable;
import org.jspecify.annotations.Nullable;

/** A pool, a raw peer, and one stream between them in a given state of docs/protocol.md. */
final class EndOfStream implements AutoCloseable {

    /** A stream that was taken from the pool, and the peer's end of it. */
    record Pair(EngineStream peer, PooledStream stream) {}

    /** The kind of pool under test. The peer is the other side. */
    enum Side {
        CLIENT,
        SERVER
    }

    private final Side side;
    private final Pools pools = new Pools();
    private final RawPeer raw;
    private final BlockingQueue<EngineStream> opened = new LinkedBlockingQueue<>();
    private final StreamPool pool;
    // The raw client's own; a client pool makes its connections itself.
    private final @Nullable Connection connection;
    private int ids = 1_000;

    /** A pool over an engine with a time-out for hellos and ids, and a raw peer whose streams the test controls. */
    EndOfStream(Side side, String engine, Duration patience, Function<Consumer<EngineStream>, RawPeer> peer)
            throws Exception {
        this.side = side;
        raw = peer.apply(opened::add);
        if (side == Side.SERVER) {
            ServerPool server =
                    pools.server(s -> s.transport(engine).helloTimeout(patience).keepAlive(SOON));
            connection = raw.connect(server.localAddress(), SOON.multipliedBy(3));
            pool = server;
        } else {
            int port = raw.listen(1_000).localAddress().getPort();
            // It checks its size when a stream is taken, not periodically.
            pool = pools.client(
                    "127.0.0.1:" + port,
                    c -> c.transport(engine).capacity(1, 1).interval(SOON, SOON).idTimeout(patience));
            connection = null;
        }
    }

    StreamPool pool() {
        return pool;
    }

    /** The peer's end of a stream that has no id yet; a server pool knows of it as soon as the peer does something with it. */
    EngineStream opening() throws Exception {
        if (connection != null) {
            return connection.openStream().toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);
        }
        return hello();
    }

    // A client over Netty also opens streams that it ends without a byte, as pings.
    private EngineStream hello() throws Exception {
        while (true) {
            EngineStream stream = opened.poll(SOON.toSeconds(), TimeUnit.SECONDS);
            if (stream == null) {
                throw new AssertionError("the pool opens no stream: " + pool.snapshot());
            }
            if (stream.input().read() == 0) {
                return stream;
            }
        }
    }

    /** Sends the id or the hello on that stream, then some bytes, and a FIN if wanted. */
    static void exchange(Side side, EngineStream peer, int behind, boolean fin) throws Exception {
        int own = side == Side.CLIENT ? StreamId.BYTES : 1;
        byte[] said = new byte[own + behind];
        peer.output().write(said);
        if (fin) {
            peer.output().close();
        }
        if (side == Side.SERVER && !fin) {
            assertThat(peer.input().readNBytes(StreamId.BYTES)).hasSize(StreamId.BYTES);
        }
    }

    /** The peer's end of an idle stream. */
    EngineStream idle() throws Exception {
        EngineStream peer = opening();
        exchange(side, peer, 0, false);
        awaitIdle(pool, 1);
        return peer;
    }

    PooledStream take() throws InterruptedException {
        return pool.take(SOON);
    }

    /** One more stream, taken, with its peer's end. */
    Pair next() throws Exception {
        if (side == Side.SERVER) {
            EngineStream peer = opening();
            peer.output().write(0);
            StreamId id = StreamId.of(peer.input().readNBytes(StreamId.BYTES));
            return new Pair(peer, pool.take(id, SOON));
        }
        // The pool opens another when one is asked for, or has done so already.
        CompletableFuture<PooledStream> asked = pool.takeAsync(SOON).toCompletableFuture();
        EngineStream peer = hello();
        peer.output().write(new StreamId(++ids).toBytes());
        return new Pair(peer, asked.get(SOON.toSeconds(), TimeUnit.SECONDS));
    }

    /** Waits until everything that was sent has arrived, because later data on another stream has. */
    void roundTrip() throws Exception {
        Pair pair = next();
        try (PooledStream stream = pair.stream) {
            stream.outputStream().write(1);
            assertThat(pair.peer.input().read()).isOne();
            pair.peer.output().write(2);
            assertThat(stream.inputStream().read()).isEqualTo(2);
            stream.outputStream().write(3);
            assertThat(pair.peer.input().read()).isEqualTo(3);
        }
        pair.peer.close();
    }

    /** Whether that end has received a STOP_SENDING. */
    boolean toldToStop(EngineStream peer) {
        if (peer.peerError() >= 0) {
            return true;
        }
        // Netty does not report its code.
        try {
            peer.output().flush();
            return false;
        } catch (IOException e) {
            return String.valueOf(e.getMessage()).contains("STOP_SENDING");
        }
    }

    /** The peer closes its connections without ending the stream. */
    void loseConnection() {
        raw.connections.forEach(each -> each.close(0, "lost on purpose"));
    }

    long evicted(String reason) {
        return pool.snapshot().totals().evicted().getOrDefault(reason, 0L);
    }

    static void soon(ThrowingRunnable assertion) {
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).untilAsserted(assertion);
    }

    @Override
    public void close() {
        pools.close();
        raw.close();
    }
}
