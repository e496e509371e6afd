package io.quicpool.transport.kwik;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** The sending side of a stream of kwik, with useful errors, and interrupts that are left to the caller. */
final class KwikOutput extends OutputStream {

    private final KwikStream stream;
    private final OutputStream quic;
    private final @Nullable SteadySendBuffer buffer;

    KwikOutput(KwikStream stream, OutputStream quic, @Nullable SteadySendBuffer buffer) {
        this.stream = stream;
        this.quic = quic;
        this.buffer = buffer;
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            // Newer versions of kwik would queue an empty write, and the FIN after it, for ever.
            return;
        }
        if (!stream.kwik().alive()) {
            // kwik would accept the data and keep it.
            throw stream.kwik().explain(new IOException("connection closed"));
        }
        try {
            for (int done = 0; done < length; ) {
                int part = buffer == null ? length : Math.min(length - done, buffer.piece());
                quic.write(bytes, offset + done, part);
                done += part;
            }
        } catch (InterruptedIOException e) {
            // Only a caller's own interrupt comes here, see SteadySendBuffer.
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("interrupted while writing").initCause(e);
        } catch (IOException e) {
            throw stream.kwik().explain(e);
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            quic.flush();
        } catch (IOException e) {
            throw stream.kwik().explain(e);
        }
    }

    @Override
    public void close() {
        try {
            quic.close();
        } catch (IOException e) {
            // The stream is still closed.
            assert !stream.alive() : e;
        }
    }
}
