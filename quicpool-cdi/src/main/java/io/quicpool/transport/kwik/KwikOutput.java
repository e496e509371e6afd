package io.quicpool.transport.kwik;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;

/** The sending side of a stream of kwik, with useful errors, and interrupts that are left to the caller. */
final class KwikOutput extends OutputStream {

    private final KwikStream stream;
    private final OutputStream quic;

    KwikOutput(KwikStream stream, OutputStream quic) {
        this.stream = stream;
        this.quic = quic;
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
            throw stream.kwik().explain(null, new IOException("connection closed"));
        }
        try {
            quic.write(bytes, offset, length);
        } catch (InterruptedIOException e) {
            // Only a caller's own interrupt comes here, see SteadySendBuffer.
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("interrupted while writing").initCause(e);
        } catch (IOException e) {
            throw stream.kwik().explain(null, e);
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            quic.flush();
        } catch (IOException e) {
            throw stream.kwik().explain(null, e);
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
