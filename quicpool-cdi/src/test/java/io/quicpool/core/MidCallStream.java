package io.quicpool.core;

import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** A stream whose calls let a test act before they return, as another thread might. */
final class MidCallStream implements EngineStream {

    private final Connection connection;
    private final OutputStream sent = new ByteArrayOutputStream();
    private InputStream received = InputStream.nullInputStream();
    volatile Runnable onReset = () -> {};
    volatile Runnable onRead = () -> {};
    volatile boolean reset;
    volatile boolean finished;
    private volatile @Nullable Runnable whenReadable;

    MidCallStream(Connection connection) {
        this.connection = connection;
    }

    void receive(int... bytes) {
        byte[] all = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            all[i] = (byte) bytes[i];
        }
        received = new ByteArrayInputStream(all);
        Runnable action = whenReadable;
        if (action != null && !reset) {
            action.run();
        }
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public InputStream input() {
        return new FilterInputStream(received) {
            @Override
            public int read() throws IOException {
                int one = super.read();
                onRead.run();
                return one;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = super.read(buffer, offset, length);
                onRead.run();
                return count;
            }
        };
    }

    @Override
    public OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                if (reset) {
                    throw new IOException("reset");
                }
                sent.write(one);
            }
        };
    }

    @Override
    public boolean alive() {
        return !reset;
    }

    @Override
    public boolean finished() {
        return finished;
    }

    @Override
    public void whenReadable(int bytes, Runnable action) {
        whenReadable = action;
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
    public void reset(long applicationErrorCode) {
        reset = true;
        onReset.run();
    }

    @Override
    public void stopReceiving(long applicationErrorCode) {}
}
