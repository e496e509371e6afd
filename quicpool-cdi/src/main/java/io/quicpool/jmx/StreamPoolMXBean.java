package io.quicpool.jmx;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What both kinds of pools show and let an operator do. Reading never blocks and never touches the network; numbers are read
 * one after the other while the pool goes on.
 */
public interface StreamPoolMXBean {

    /**
     * The pool's name.
     *
     * @return the name
     */
    @Description("The name of the pool")
    String getName();

    /**
     * Whether the pool can do its work now.
     *
     * @return see {@link io.quicpool.StreamPool#ready}
     */
    @Description("Whether the pool can do its work now: connected (client) or listening (server), and not suspended")
    boolean isReady();

    /**
     * Where the pool stands in its life.
     *
     * @return the name of a {@link io.quicpool.PoolState}
     */
    @Description("NEW, RUNNING, SUSPENDED, CLOSING or CLOSED")
    String getState();

    /**
     * What the connection is doing.
     *
     * @return see {@link io.quicpool.PoolSnapshot#link}
     */
    @Description(
            "The state of the connection: down, connecting, up or backoff (client), which may end with \"no stream credit\";"
                    + " how many targets are up (several targets); listening or not listening (server)")
    String getLink();

    /**
     * The connections that are up.
     *
     * @return their addresses
     */
    @Description("The connections that are up, with their addresses")
    List<ConnectionData> getConnections();

    /**
     * Idle streams.
     *
     * @return the number
     */
    @Description("Idle streams")
    int getIdle();

    /**
     * {@link #getIdle} under its older name.
     *
     * @return the number
     */
    @Description("The same as Idle, under its older name; streams in use are Taken")
    int getActive();

    /**
     * Streams on their way into stock.
     *
     * @return the number
     */
    @Description("How many streams are being opened and have no id yet")
    int getOpening();

    /**
     * Streams in use.
     *
     * @return the number
     */
    @Description("How many streams are in use")
    int getTaken();

    /**
     * Callers that wait.
     *
     * @return the number
     */
    @Description("How many callers wait for a stream now")
    int getWaiting();

    /**
     * How many idle streams the pool aims for, or holds at most.
     *
     * @return the number
     */
    @Description("How many idle streams the pool aims for now (client) or may hold (server)")
    int getCapacity();

    /**
     * Errors since the start or the last reset.
     *
     * @return the number
     */
    @Description(
            "Errors since the start or the last resetError: failed connects, streams that could not be opened, and errors that the"
                    + " application added")
    long getErrorCount();

    /**
     * The last error.
     *
     * @return a text for people; null when there was none
     */
    @Description(
            "The last error; during an outage, why there is no connection; null when there was none since the last resetError."
                    + " When it ends with \"other connections are up\", the pool works")
    @Nullable String getLastError();

    /**
     * Streams that were opened and got an id.
     *
     * @return the number since the pool was opened
     */
    @Description("Streams that were opened and got an id since the pool was opened")
    long getOpened();

    /**
     * Streams that could not be opened.
     *
     * @return the number since the pool was opened
     */
    @Description("Streams that could not be opened or got no id since the pool was opened")
    long getFailed();

    /**
     * Streams that were taken.
     *
     * @return the number since the pool was opened
     */
    @Description("Streams that were taken since the pool was opened")
    long getHandedOut();

    /**
     * Callers that timed out.
     *
     * @return the number since the pool was opened
     */
    @Description("Callers that timed out since the pool was opened")
    long getTimeouts();

    /**
     * Connections that were made.
     *
     * @return the number since the pool was opened
     */
    @Description("Connections that were made since the pool was opened")
    long getConnects();

    /**
     * Connections that were lost.
     *
     * @return the number since the pool was opened
     */
    @Description("Connections that were lost since the pool was opened")
    long getLost();

    /**
     * Idle streams that were evicted.
     *
     * @return the number since the pool was opened, by reason
     */
    @Description("Idle streams that were evicted since the pool was opened, by reason")
    Map<String, Long> getEvicted();

    /**
     * Streams, connections, datagrams and callers that were refused.
     *
     * @return the number since the pool was opened, by reason
     */
    @Description("Streams, connections, datagrams and callers that were refused since the pool was opened, by reason")
    Map<String, Long> getRefused();

    /**
     * How long callers had to wait.
     *
     * @return the mean in milliseconds; those that found a stream at once do not count
     */
    @Description(
            "Mean time in milliseconds that callers waited before they got a stream; callers that got one at once do not count")
    double getMeanWaitMillis();

    /**
     * How long callers had to wait.
     *
     * @return the longest in milliseconds
     */
    @Description("Longest time in milliseconds that a caller waited before it got a stream")
    double getMaxWaitMillis();

    /**
     * How long opening a stream took.
     *
     * @return the mean in milliseconds
     */
    @Description("Mean time in milliseconds from opening a stream until it had its id")
    double getMeanOpenMillis();

    /**
     * How long opening a stream took.
     *
     * @return the longest in milliseconds
     */
    @Description("Longest time in milliseconds from opening a stream until it had its id")
    double getMaxOpenMillis();

    /** See {@link io.quicpool.StreamPool#flush}. */
    @Description("Evicts all idle streams and opens new ones; streams in use continue")
    void flush();

    /** See {@link io.quicpool.StreamPool#resetError}. */
    @Description("Sets ErrorCount to zero and LastError to null")
    void resetError();

    /** See {@link io.quicpool.StreamPool#suspend}. */
    @Description(
            "Gives no streams to callers until resume: they wait, and the pool is not ready. Connection and idle streams stay")
    void suspend();

    /** See {@link io.quicpool.StreamPool#resume}. */
    @Description("Ends suspend; waiting callers get streams at once")
    void resume();
}
