package io.quicpool.jmx;

import static io.quicpool.jmx.ServerPoolView.serverOf;

import io.quicpool.config.Endpoint;

/**
 * A server pool. A new value takes effect at once, until the pool closes. A wrong value is refused with an
 * {@link IllegalArgumentException}, whose message has the allowed range.
 */
@Description("A pool of pre-opened QUIC streams: the side that listens")
public interface ServerPoolMXBean extends StreamPoolMXBean {

    @Description("The address that the pool listens on")
    default String getLocalAddress() {
        return Endpoint.text(serverOf(this).localAddress());
    }

    @Description("Maximum number of idle streams that the pool holds, over all its clients")
    default int getMaxCapacity() {
        return serverOf(this).capacity();
    }

    /**
     * Sets how many idle streams the pool holds at most.
     *
     * @param streams from 1 to 65,536
     */
    void setMaxCapacity(int streams);

    @Description("How many handlers run now; at most max-handlers")
    default int getHandlersRunning() {
        return serverOf(this).handlersRunning();
    }

    @Description("How many streams with data wait for a handler now; at most handler-queue")
    default int getHandlersWaiting() {
        return serverOf(this).handlersWaiting();
    }
}
