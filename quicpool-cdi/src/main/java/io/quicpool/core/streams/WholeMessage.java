package io.quicpool.core.streams;

import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Reads all that the peer sends on a stream, up to its FIN and up to a limit, as it arrives. Needs no thread: it reads on a thread of the
 * engine, and only what is there. The buffer grows with what has arrived, so it is at most twice as large.
 */
public final class WholeMessage {

    /** Gets the message, or learns why there is none: one call, once. On a thread of the engine, so it must not block. */
    public interface Receiver {

        /** The peer has sent the message and a FIN. */
        void received(byte[] message);

        /** The message is larger than the limit. */
        void tooLarge();

        /** The stream has ended before the FIN: reset by the peer or on this side, or the connection is lost. */
        void failed(IOException cause);
    }

    private static final int FIRST_SIZE = 1024;

    private final EngineStream stream;
    private final int limit;
    private final Receiver receiver;
    // Only in one call of read() at a time.
    private byte[] buffer;
    private int length;

    /**
     * Makes one that does not read yet.
     *
     * @param limit bytes
     */
    public WholeMessage(EngineStream stream, int limit, Receiver receiver) {
        this.stream = stream;
        this.limit = limit;
        this.receiver = receiver;
        this.buffer = new byte[Math.min(FIRST_SIZE, limit)];
    }

    /** Reads from now on. Nobody else may read the stream. Does not block. */
    public void start() {
        stream.whenReadReturns(this::read);
    }

    private void read() {
        InputStream input = stream.input();
        try {
            do {
                int count = length < limit ? input.read(buffer, length, buffer.length - length) : readBeyond(input);
                if (count < 0) {
                    receiver.received(length == buffer.length ? buffer : Arrays.copyOf(buffer, length));
                    return;
                }
                length += count;
                if (length > limit) {
                    receiver.tooLarge();
                    return;
                }
                if (length == buffer.length && length < limit) {
                    buffer = Arrays.copyOf(buffer, (int) Math.min(limit, 2L * length));
                }
            } while (input.available() > 0);
        } catch (IOException e) {
            receiver.failed(e);
            return;
        }
        start();
    }

    // The message is as large as it may be. Only the FIN may follow.
    private static int readBeyond(InputStream input) throws IOException {
        return input.read(new byte[1], 0, 1);
    }
}
