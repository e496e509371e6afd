package io.quicpool;

import java.io.IOException;

/** What a client-led server pool does with a stream on which a client begins to speak; see {@link ServerPool#serve}. */
@FunctionalInterface
public interface StreamHandler {

    /**
     * Serves one stream. The first byte of the request is there to be read. The stream is closed after the handler has
     * returned, and reset with {@link StreamErrors#HANDLER_FAILED} when it threw; a handler that wants to go on elsewhere
     * must not return before that is done.
     *
     * @param stream the stream
     * @throws IOException when the stream fails: logged on level DEBUG, for mostly the peer has gone
     * @throws InterruptedException when the pool closes and its deadline has passed (on an executor of the caller's nobody interrupts)
     */
    void handle(PooledStream stream) throws IOException, InterruptedException;
}
