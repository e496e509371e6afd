package io.quicpool.testing;

import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.InputStream;
import java.io.OutputStream;

/** A stream without a peer, for tests that only pass it on. */
public class FakeStream implements EngineStream {

    private static final Connection CONNECTION = new FakeConnection();

    @Override
    public Connection connection() {
        return CONNECTION;
    }

    @Override
    public InputStream input() {
        return InputStream.nullInputStream();
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
        throw new UnsupportedOperationException();
    }

    @Override
    public void whenEnded(Runnable action) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void whenReadReturns(Runnable action) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void whenStopped(Runnable action) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void reset(long applicationErrorCode) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void stopReceiving(long applicationErrorCode) {
        throw new UnsupportedOperationException();
    }
}
