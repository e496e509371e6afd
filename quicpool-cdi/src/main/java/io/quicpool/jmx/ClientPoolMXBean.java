package io.quicpool.jmx;

/**
 * A client pool, or one of its members when it has several targets. A new value takes effect at once, until the pool closes. A
 * wrong value is refused with an {@link IllegalArgumentException}, whose message has the allowed range.
 */
@Description("A pool of pre-opened QUIC streams: the side that opens them")
public interface ClientPoolMXBean extends StreamPoolMXBean {

    @Description("Milliseconds between two regular size checks; follows demand between its bounds")
    long getIntervalMillis();

    @Description("Minimum number of idle streams to aim for (for each target)")
    int getMinCapacity();

    /**
     * Sets the lower bound of capacity.
     *
     * @param streams from 1 to the upper bound
     */
    void setMinCapacity(int streams);

    @Description("Maximum number of idle streams to aim for (for each target)")
    int getMaxCapacity();

    /**
     * Sets the upper bound of capacity.
     *
     * @param streams from the lower bound to 65,536
     */
    void setMaxCapacity(int streams);

    @Description("Shortest interval in milliseconds, at least 10")
    long getMinIntervalMillis();

    /**
     * Sets the lower bound of the interval.
     *
     * @param millis from 10 to the upper bound
     */
    void setMinIntervalMillis(long millis);

    @Description("Longest interval in milliseconds, up to 3600000")
    long getMaxIntervalMillis();

    /**
     * Sets the upper bound of the interval.
     *
     * @param millis from the lower bound to 3,600,000
     */
    void setMaxIntervalMillis(long millis);
}
