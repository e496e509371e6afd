package io.quicpool;

import java.io.IOException;

/** Serves the streams of a client-led server pool, see {@link ServerPool#serve}. */
@FunctionalInterface
public interface StreamHandler {

    /**
     * Serves one stream. The first byte of the request has arrived. The pool closes the stream when the handler returns, and
     * resets it with {@link StreamErrors#HANDLER_FAILED} when the handler throws. So a handler must not return before all work
     * on the stream is done, also on other threads.
     *
     * @throws IOException when the stream fails; logged on level DEBUG, because mostly the peer has disconnected
     * @throws InterruptedException when the pool closes and its drain time is over; not on an executor of the application
     */
    void handle(PooledStream stream) throws IOException, InterruptedException;
}
