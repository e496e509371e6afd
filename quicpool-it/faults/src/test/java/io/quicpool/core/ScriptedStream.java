package io.quicpool.core;

import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A stream in memory. The script is its peer. */
final class ScriptedStream implements EngineStream {

    private final ScriptedConnection connection;
    private final Script script;
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private int read;
    private boolean reading;
    private boolean fin;
    private boolean dead;
    private boolean stopped;
    private boolean ended;
    private int wanted;
    private @Nullable Runnable whenReadable;
    private @Nullable Runnable whenEnded;

    ScriptedStream(ScriptedConnection connection, Script script) {
        this.connection = connection;
        this.script = script;
    }

    // ---- what the pool sees

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public boolean alive() {
        script.meanwhile();
        return !dead && !ended && connection.up();
    }

    @Override
    public boolean finished() {
        script.meanwhile();
        return fin;
    }

    @Override
    public void whenReadable(int bytes, Runnable action) {
        script.meanwhile();
        wanted = bytes;
        whenReadable = action;
        fire();
        script.meanwhile();
    }

    @Override
    public void whenEnded(Runnable action) {
        script.meanwhile();
        whenEnded = action;
        if (dead || !connection.up()) {
            runWhenEnded();
        }
        script.meanwhile();
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
        end();
    }

    @Override
    public void reset(long applicationErrorCode) {
        end();
    }

    private void end() {
        script.meanwhile();
        ended = true;
        stopped = true;
        whenReadable = null;
        whenEnded = null;
        script.meanwhile();
    }

    @Override
    public void stopReceiving(long applicationErrorCode) {
        stopped = true;
    }

    @Override
    public InputStream input() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                reading = true;
                try {
                    return readOne();
                } finally {
                    reading = false;
                }
            }

            private int readOne() throws IOException {
                script.meanwhile();
                if (stopped || dead) {
                    throw new IOException("reset");
                }
                if (unread() > 0) {
                    int one = received.toByteArray()[read++] & 0xff;
                    script.meanwhile();
                    return one;
                }
                if (!connection.up()) {
                    throw new IOException("connection lost");
                }
                if (!fin) {
                    throw new AssertionError("a read that would block an engine's thread");
                }
                return -1;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = 0;
                while (count < length && (count == 0 || unread() > 0)) {
                    int one = read();
                    if (one < 0) {
                        return count == 0 ? -1 : count;
                    }
                    buffer[offset + count++] = (byte) one;
                }
                return count;
            }

            @Override
            public int available() {
                return stopped ? 0 : unread();
            }
        };
    }

    @Override
    public OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] buffer, int offset, int length) throws IOException {
                script.meanwhile();
                if (ended || dead || !connection.up()) {
                    throw new IOException("reset");
                }
                sent.write(buffer, offset, length);
                script.meanwhile();
            }
        };
    }

    // ---- what its peer does

    void send(byte... bytes) {
        if (!fin && !dead) {
            received.write(bytes, 0, bytes.length);
            fire();
        }
    }

    void fin() {
        if (fin || dead) {
            return;
        }
        fin = true;
        if (unread() == 0) {
            die();
        } else {
            fire();
        }
    }

    /** RESET_STREAM, STOP_SENDING, or the loss of the connection. */
    void die() {
        dead = true;
        runWhenEnded();
    }

    private int unread() {
        return received.size() - read;
    }

    private void fire() {
        Runnable action = whenReadable;
        if (action == null || dead || !connection.up()) {
            return;
        }
        if (unread() >= wanted || (fin && unread() > 0)) {
            whenReadable = null;
            script.meanwhile();
            script.event(action);
        }
    }

    private void runWhenEnded() {
        Runnable action = whenEnded;
        whenEnded = null;
        if (action != null) {
            script.meanwhile();
            script.event(action);
        }
    }

    // ---- results

    /** Whether the pool closed or reset it. */
    boolean ended() {
        return ended;
    }

    /** Whether a read is running. No other may start. */
    boolean reading() {
        return reading;
    }

    byte[] sent() {
        return sent.toByteArray();
    }

    byte[] firstReceived(int count) {
        return Arrays.copyOf(received.toByteArray(), count);
    }

    @Override
    public String toString() {
        return "stream with " + received.size() + " received, " + read + " read, " + sent.size() + " sent"
                + (fin ? ", fin" : "") + (dead ? ", dead" : "") + (ended ? ", ended" : "");
    }
}
