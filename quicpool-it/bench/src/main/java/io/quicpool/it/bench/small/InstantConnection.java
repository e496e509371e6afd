package io.quicpool.it.bench.small;

import io.quicpool.TlsSession;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** A connection whose peer answers at once, in memory. */
final class InstantConnection implements Connection {

    private static final InetSocketAddress LOCAL = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    private final InetSocketAddress remote;
    private final int credit;
    private final AtomicInteger ids = new AtomicInteger();
    private volatile boolean closed;

    InstantConnection(InetSocketAddress remote, int credit) {
        this.remote = remote;
        this.credit = credit;
    }

    @Override
    public InetSocketAddress localAddress() {
        return LOCAL;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remote;
    }

    @Override
    public TlsSession tlsSession() {
        return new TlsSession("none", "none", List.of());
    }

    @Override
    public Duration idleTimeout() {
        return Duration.ofHours(1);
    }

    @Override
    public boolean alive() {
        return !closed;
    }

    @Override
    public long silentNanos() {
        return 0;
    }

    @Override
    public void ping() {}

    @Override
    public int credit() {
        return credit;
    }

    @Override
    public CompletionStage<EngineStream> openStream() {
        return CompletableFuture.completedFuture(new Stream(ids.getAndIncrement()));
    }

    @Override
    public boolean awaitDelivered(Duration timeout, Duration silence) {
        return true;
    }

    @Override
    public void close(long applicationErrorCode, String reason) {
        closed = true;
    }

    @Override
    public boolean awaitClosed(Duration timeout) {
        return true;
    }

    private final class Stream implements EngineStream {

        private final InputStream input;

        Stream(int id) {
            input = new ByteArrayInputStream(
                    ByteBuffer.allocate(Integer.BYTES).putInt(id).array());
        }

        @Override
        public Connection connection() {
            return InstantConnection.this;
        }

        @Override
        public InputStream input() {
            return input;
        }

        @Override
        public OutputStream output() {
            return OutputStream.nullOutputStream();
        }

        @Override
        public boolean alive() {
            return true;
        }

        @Override
        public boolean finished() {
            return false;
        }

        @Override
        public void whenReadable(int bytes, Runnable action) {
            action.run();
        }

        @Override
        public void whenEnded(Runnable action) {}

        @Override
        public void whenReadReturns(Runnable action) {}

        @Override
        public void whenStopped(Runnable action) {}

        @Override
        public void close() {}

        @Override
        public void reset(long applicationErrorCode) {}

        @Override
        public void stopReceiving(long applicationErrorCode) {}
    }
}
