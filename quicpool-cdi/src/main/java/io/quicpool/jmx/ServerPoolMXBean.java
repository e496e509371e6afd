package io.quicpool.jmx;

/**
 * A server pool. What is set acts at once and lasts until the pool closes. A value that cannot be used is refused with an
 * {@link IllegalArgumentException} that says what is allowed.
 */
@Description("A pool of pre-opened QUIC streams: the side that listens")
public interface ServerPoolMXBean extends StreamPoolMXBean {

    /**
     * Where the pool listens.
     *
     * @return address and port
     */
    @Description("The address that the pool listens on")
    String getLocalAddress();

    /**
     * How many idle streams the pool holds at most.
     *
     * @return the number of streams
     */
    @Description("Maximum number of idle streams that the pool holds, over all its clients")
    int getMaxCapacity();

    /**
     * Sets how many idle streams the pool holds at most.
     *
     * @param streams from 1 to 65,536
     */
    void setMaxCapacity(int streams);

    /**
     * How many streams the handler is serving.
     *
     * @return the number of streams
     */
    @Description("How many handlers run now; at most max-handlers")
    int getHandlersRunning();

    /**
     * How many streams wait for a handler.
     *
     * @return the number of streams
     */
    @Description("How many streams with data wait for a handler now; at most handler-queue")
    int getHandlersWaiting();
}
