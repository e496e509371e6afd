package io.quicpool.it.quicgo;

import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;

/** A stream of the program in Go. It reads only on command. The rest stays unread and counts against the window. */
final class GoStream implements EngineStream {

    private static final int MAX_PIECE = 16 * 1024;
    private static final String RESET = "reset ";

    private final GoEngine engine;
    private final GoConnection connection;
    private final String number;
    private final InputStream input = new Input();
    private final OutputStream output = new Output();
    private volatile long peerError = -1;

    GoStream(GoEngine engine, GoConnection connection, String number) {
        this.engine = engine;
        this.connection = connection;
        this.number = number;
    }

    private String ask(String command, Object argument) throws IOException {
        String answer = engine.ask(command + " " + number + " " + argument);
        if (answer.startsWith(RESET)) {
            peerError = Long.parseLong(answer.substring(RESET.length()));
        }
        return answer;
    }

    private void done(String command, Object argument) throws IOException {
        String answer = ask(command, argument);
        if (!answer.equals("done")) {
            throw new IOException(answer);
        }
    }

    private void quietly(String command, Object argument) {
        try {
            done(command, argument);
        } catch (IOException e) {
            // The stream or its connection has ended already.
        }
    }

    private final class Input extends InputStream {

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            String answer = ask("read", Math.min(length, MAX_PIECE));
            if (answer.equals("fin")) {
                return -1;
            }
            if (!answer.startsWith("data ")) {
                throw new IOException(answer);
            }
            byte[] got = HexFormat.of().parseHex(answer.substring(5));
            System.arraycopy(got, 0, bytes, offset, got.length);
            return got.length;
        }
    }

    private final class Output extends OutputStream {

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int from = offset; from < offset + length; from += MAX_PIECE) {
                int to = Math.min(from + MAX_PIECE, offset + length);
                done("write", HexFormat.of().formatHex(bytes, from, to));
            }
        }

        @Override
        public void close() throws IOException {
            done("fin", "");
        }
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public OutputStream output() {
        return output;
    }

    @Override
    public boolean alive() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean finished() {
        throw new UnsupportedOperationException();
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
    public long peerError() {
        try {
            ask("stopped", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return peerError;
    }

    @Override
    public void close() {
        quietly("close", "");
    }

    @Override
    public void reset(long applicationErrorCode) {
        quietly("reset", applicationErrorCode);
        quietly("stop", applicationErrorCode);
    }

    @Override
    public void stopReceiving(long applicationErrorCode) {
        quietly("stop", applicationErrorCode);
    }
}
