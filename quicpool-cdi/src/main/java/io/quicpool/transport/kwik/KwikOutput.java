package io.quicpool.transport.kwik;

import io.quicpool.transport.engine.StreamOutput;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** The sending side of a stream of kwik. An interrupt is always the caller's own, see {@link SteadySendBuffer}. */
final class KwikOutput extends StreamOutput {

    private final KwikStream stream;
    private final OutputStream quic;
    private final @Nullable SteadySendBuffer buffer;

    KwikOutput(KwikStream stream, OutputStream quic, @Nullable SteadySendBuffer buffer) {
        super(stream);
        this.stream = stream;
        this.quic = quic;
        this.buffer = buffer;
    }

    @Override
    protected int piece() {
        return buffer == null ? Integer.MAX_VALUE : buffer.piece();
    }

    @Override
    protected void send(byte[] bytes, int offset, int length) throws IOException {
        try {
            quic.write(bytes, offset, length);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            // The state says why, mostly.
            check();
            throw stream.connection().explain(e);
        }
    }

    // kwik does so as well, a moment later.
    @Override
    protected void wake() {
        if (buffer != null) {
            buffer.interruptBlockedWriter();
        }
    }

    @Override
    public void close() {
        finish();
        try {
            quic.close();
        } catch (IOException e) {
            // The stream is still closed.
            assert !stream.alive() : e;
        }
    }
}
