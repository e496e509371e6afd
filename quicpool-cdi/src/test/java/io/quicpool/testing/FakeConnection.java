package io.quicpool.testing;

import io.quicpool.TlsSession;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** A connection without a peer. A test can act in the middle of its calls. */
public class FakeConnection implements Connection {

    public static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    private final InetSocketAddress remote;
    public volatile int credit;
    public volatile boolean alive = true;
    public volatile Runnable onClose = () -> {};
    public volatile Runnable onAlive = () -> {};

    public FakeConnection() {
        this(ADDRESS);
    }

    public FakeConnection(InetSocketAddress remote) {
        this.remote = remote;
    }

    @Override
    public InetSocketAddress localAddress() {
        return ADDRESS;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remote;
    }

    @Override
    public TlsSession tlsSession() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Duration idleTimeout() {
        return Duration.ofHours(1);
    }

    @Override
    public boolean alive() {
        onAlive.run();
        return alive;
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
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean awaitDelivered(Duration timeout, Duration silence) {
        return true;
    }

    @Override
    public void close(long applicationErrorCode, String reason) {
        onClose.run();
    }

    @Override
    public boolean awaitClosed(Duration timeout) {
        return true;
    }
}
