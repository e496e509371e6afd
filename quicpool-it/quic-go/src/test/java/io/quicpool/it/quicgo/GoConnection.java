package io.quicpool.it.quicgo;

import io.quicpool.TlsSession;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A connection of the program in Go. It supports only what raw peers need. */
final class GoConnection implements Connection {

    private final GoEngine engine;
    private final String number;
    private final InetSocketAddress remote;
    private volatile @Nullable ConnectionEvents events;
    private volatile boolean alive = true;

    GoConnection(GoEngine engine, String number, InetSocketAddress remote) {
        this.engine = engine;
        this.number = number;
        this.remote = remote;
    }

    void events(ConnectionEvents theirs) {
        events = theirs;
    }

    void accepted(String stream) {
        ConnectionEvents told = events;
        if (told != null) {
            told.accepted(new GoStream(engine, this, stream));
        }
    }

    void lost(String how) {
        alive = false;
        ConnectionEvents told = events;
        if (told != null) {
            told.lost(how);
        }
    }

    @Override
    public InetSocketAddress localAddress() {
        throw new UnsupportedOperationException();
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
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean alive() {
        return alive;
    }

    @Override
    public long silentNanos() {
        return 0;
    }

    @Override
    public void ping() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int credit() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<EngineStream> openStream() {
        return engine.ask("open " + number, answer -> {
            if (!Character.isDigit(answer.charAt(0))) {
                throw new IllegalStateException(answer);
            }
            return new GoStream(engine, this, answer);
        });
    }

    @Override
    public boolean awaitDelivered(Duration timeout, Duration silence) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close(long applicationErrorCode, String reason) {
        try {
            engine.ask("close " + number + " " + applicationErrorCode + " " + reason);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean awaitClosed(Duration timeout) {
        return true;
    }
}
