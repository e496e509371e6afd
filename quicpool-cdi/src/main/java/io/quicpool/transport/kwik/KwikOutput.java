package io.quicpool.transport.kwik;

import io.quicpool.transport.engine.StreamOutput;
import java.io.IOException;
import java.io.InterruptedIOException;

/** The sending side of a stream of kwik. An interrupt is always the caller's own, see {@link OutgoingData}. */
final class KwikOutput extends StreamOutput {

    private final KwikStream stream;
    private final OutgoingData outgoing;

    KwikOutput(KwikStream stream, OutgoingData outgoing) {
        super(stream);
        this.stream = stream;
        this.outgoing = outgoing;
    }

    @Override
    protected int piece() {
        return outgoing.piece();
    }

    @Override
    protected void send(byte[] bytes, int offset, int length, boolean last) throws IOException {
        try {
            outgoing.write(bytes, offset, length, last);
            if (last) {
                finish();
            }
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            // The state says why, mostly.
            check();
            throw stream.connection().explain(e);
        }
    }

    // A reset wakes the writer by itself.
    @Override
    protected void wake() {
        if (!stream.connection().alive()) {
            outgoing.abort();
        }
    }

    @Override
    public void close() {
        finish();
        outgoing.close();
    }
}
