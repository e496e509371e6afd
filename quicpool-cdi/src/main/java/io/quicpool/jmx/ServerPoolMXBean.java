package io.quicpool.jmx;

/**
 * A server pool. What is set acts at once and lasts until the pool closes. A value that cannot be used is refused with an
 * {@link IllegalArgumentException} that says what is allowed.
 */
@Description("A pool of QUIC streams that are open ahead of use: the side that listens")
public interface ServerPoolMXBean extends StreamPoolMXBean {

    /**
     * Where the pool listens.
     *
     * @return address and port
     */
    @Description("The address on which the pool listens")
    String getLocalAddress();

    /**
     * How many idle streams the pool holds at most.
     *
     * @return the number of streams
     */
    @Description("Largest number of idle streams that the pool holds, over all its clients")
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
    @Description("How many streams the handler is serving now; at most max-handlers")
    int getHandlersRunning();

    /**
     * How many streams wait for a handler.
     *
     * @return the number of streams
     */
    @Description("How many streams that were spoken to wait for a handler now; at most handler-queue")
    int getHandlersWaiting();
}
