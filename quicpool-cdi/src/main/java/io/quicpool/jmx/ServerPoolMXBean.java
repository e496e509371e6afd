package io.quicpool.jmx;

/**
 * A server pool. A new value takes effect at once, until the pool closes. A wrong value is refused with an
 * {@link IllegalArgumentException}, whose message has the allowed range.
 */
@Description("A pool of pre-opened QUIC streams: the side that listens")
public interface ServerPoolMXBean extends StreamPoolMXBean {

    @Description("The address that the pool listens on")
    String getLocalAddress();

    @Description("Maximum number of idle streams that the pool holds, over all its clients")
    int getMaxCapacity();

    /**
     * Sets how many idle streams the pool holds at most.
     *
     * @param streams from 1 to 65,536
     */
    void setMaxCapacity(int streams);

    @Description("How many handlers run now; at most max-handlers")
    int getHandlersRunning();

    @Description("How many streams with data wait for a handler now; at most handler-queue")
    int getHandlersWaiting();
}
