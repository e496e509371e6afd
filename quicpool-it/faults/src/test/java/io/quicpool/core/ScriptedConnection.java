package io.quicpool.core;

import io.quicpool.TlsSession;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A connection in memory. When this side closes it, its streams are no longer alive, without an event. */
final class ScriptedConnection implements Connection {

    private static final InetSocketAddress LOCAL = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    private static final InetSocketAddress REMOTE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 2);

    private final Script script;
    private final List<ScriptedStream> streams = new ArrayList<>();
    private final List<CompletableFuture<EngineStream>> asked = new ArrayList<>();
    private boolean alive = true;
    private boolean givenUp;

    ScriptedConnection(Script script) {
        this.script = script;
    }

    @Override
    public InetSocketAddress localAddress() {
        return LOCAL;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return REMOTE;
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
        script.meanwhile();
        return alive;
    }

    /** As {@link #alive}, for callers that are not the pool. */
    boolean up() {
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
        return 0;
    }

    @Override
    public CompletionStage<EngineStream> openStream() {
        CompletableFuture<EngineStream> opened = new CompletableFuture<>();
        asked.add(opened);
        script.meanwhile();
        if (script.next(4) > 0) {
            answer(opened, true);
        }
        return opened;
    }

    /** The engine answers an earlier call: opens a stream, or fails. */
    void answerOne(boolean opens) {
        if (!asked.isEmpty()) {
            answer(asked.get(script.next(asked.size())), opens);
        }
    }

    void refuseAll() {
        while (!asked.isEmpty()) {
            answer(asked.get(0), false);
        }
    }

    private void answer(CompletableFuture<EngineStream> opened, boolean opens) {
        if (!asked.removeIf(each -> each == opened)) {
            return;
        }
        if (opens && alive) {
            ScriptedStream stream = stream();
            script.event(() -> opened.complete(stream));
        } else {
            script.event(() -> opened.completeExceptionally(new IOException("cannot open")));
        }
    }

    /** A new stream, of either side. */
    ScriptedStream stream() {
        ScriptedStream stream = new ScriptedStream(this, script);
        streams.add(stream);
        return stream;
    }

    List<ScriptedStream> streams() {
        return streams;
    }

    /** How many streams the engine has still to open for the pool. */
    int asked() {
        return givenUp ? 0 : asked.size();
    }

    /** The pool expects no further stream of it. The engine may still open some. */
    void givenUp() {
        givenUp = true;
    }

    /** The connection is lost; the caller tells the pool. */
    void lose() {
        alive = false;
        List.copyOf(streams).forEach(ScriptedStream::die);
    }

    @Override
    public boolean awaitDelivered(Duration timeout, Duration silence) {
        return true;
    }

    @Override
    public void close(long applicationErrorCode, String reason) {
        script.meanwhile();
        alive = false;
    }

    @Override
    public boolean awaitClosed(Duration timeout) {
        return true;
    }
}
