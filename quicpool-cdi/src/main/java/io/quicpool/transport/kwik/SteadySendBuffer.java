package io.quicpool.transport.kwik;

import tech.kwik.core.frame.StreamFrame;
import tech.kwik.core.impl.Version;
import tech.kwik.core.stream.SendBuffer;

/**
 * What was written to a stream and is not sent yet. Whoever resets the stream, or the peer that stops it, clears that on another thread
 * than the one that sends, which in kwik's own ends with an error when it is just taking from it: and with that the whole
 * connection.
 */
final class SteadySendBuffer extends SendBuffer {

    SteadySendBuffer(int size) {
        super(size);
    }

    @Override
    public synchronized StreamFrame getStreamFrame(Version version, int stream, long offset, int most) {
        return super.getStreamFrame(version, stream, offset, most);
    }

    @Override
    public synchronized void clear() {
        super.clear();
    }
}
