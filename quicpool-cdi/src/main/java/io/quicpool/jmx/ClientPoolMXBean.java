package io.quicpool.jmx;

import static io.quicpool.jmx.ClientPoolView.clientOf;

/**
 * A client pool, or one of its members when it has several targets. A new value takes effect at once, until the pool closes. A
 * wrong value is refused with an {@link IllegalArgumentException}, whose message has the allowed range.
 */
@Description("A pool of pre-opened QUIC streams: the side that opens them")
public interface ClientPoolMXBean extends StreamPoolMXBean {

    @Description("Milliseconds between two regular size checks; follows demand between its bounds")
    default long getIntervalMillis() {
        return clientOf(this).interval().toMillis();
    }

    @Description("Minimum number of idle streams to aim for (for each target)")
    default int getMinCapacity() {
        return clientOf(this).capacityBounds().min();
    }

    /**
     * Sets the lower bound of capacity.
     *
     * @param streams from 1 to the upper bound
     */
    void setMinCapacity(int streams);

    @Description("Maximum number of idle streams to aim for (for each target)")
    default int getMaxCapacity() {
        return clientOf(this).capacityBounds().max();
    }

    /**
     * Sets the upper bound of capacity.
     *
     * @param streams from the lower bound to 65,536
     */
    void setMaxCapacity(int streams);

    @Description("Shortest interval in milliseconds, at least 10")
    default long getMinIntervalMillis() {
        return clientOf(this).intervalBounds().min().toMillis();
    }

    /**
     * Sets the lower bound of the interval.
     *
     * @param millis from 10 to the upper bound
     */
    void setMinIntervalMillis(long millis);

    @Description("Longest interval in milliseconds, up to 3600000")
    default long getMaxIntervalMillis() {
        return clientOf(this).intervalBounds().max().toMillis();
    }

    /**
     * Sets the upper bound of the interval.
     *
     * @param millis from the lower bound to 3,600,000
     */
    void setMaxIntervalMillis(long millis);
}
