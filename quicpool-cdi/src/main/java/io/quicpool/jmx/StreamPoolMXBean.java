package io.quicpool.jmx;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The attributes and operations of both kinds of pools. Reading never blocks and sends nothing. The numbers are read one after the other
 * while the pool works.
 */
public interface StreamPoolMXBean {

    @Description("The name of the pool")
    String getName();

    @Description("Whether the pool can do its work now: connected (client) or listening (server), and not suspended")
    boolean isReady();

    @Description("NEW, RUNNING, SUSPENDED, CLOSING or CLOSED")
    String getState();

    @Description(
            "The state of the connection: down, connecting, up or backoff, or how many of several connections or targets are up;"
                    + " it may end with \"no stream credit\" (client); listening or not listening (server)")
    String getLink();

    @Description("The connections that are up, with their addresses")
    List<ConnectionData> getConnections();

    @Description("Idle streams")
    int getIdle();

    @Description("The same as Idle, under its older name; streams in use are Taken")
    int getActive();

    @Description("How many streams are being opened and have no id yet")
    int getOpening();

    @Description("How many streams are in use; in a client pool at most max-in-use, if it is set")
    int getTaken();

    @Description("How many callers wait for a stream now")
    int getWaiting();

    @Description("How many idle streams the pool aims for now (client) or may hold (server)")
    int getCapacity();

    @Description(
            "Errors since the start or the last resetError: failed connects, streams that could not be opened, and errors that the"
                    + " application added")
    long getErrorCount();

    @Description(
            "The last error; during an outage, why there is no connection; null when there was none since the last resetError."
                    + " When it ends with \"other connections are up\", the pool works")
    @Nullable String getLastError();

    @Description("Streams that were opened and got an id since the pool was opened")
    long getOpened();

    @Description("Streams that could not be opened or got no id since the pool was opened")
    long getFailed();

    @Description("Streams that were taken since the pool was opened")
    long getHandedOut();

    @Description("Callers that timed out since the pool was opened")
    long getTimeouts();

    @Description("Connections that were made since the pool was opened")
    long getConnects();

    @Description("Connections that were lost since the pool was opened")
    long getLost();

    @Description("Idle streams that were evicted since the pool was opened, by reason")
    Map<String, Long> getEvicted();

    @Description("Streams, connections, datagrams and callers that were refused since the pool was opened, by reason")
    Map<String, Long> getRefused();

    @Description(
            "Mean time in milliseconds that callers waited before they got a stream; callers that got one at once do not count")
    double getMeanWaitMillis();

    @Description("Longest time in milliseconds that a caller waited before it got a stream")
    double getMaxWaitMillis();

    @Description("Mean time in milliseconds from opening a stream until it had its id")
    double getMeanOpenMillis();

    @Description("Longest time in milliseconds from opening a stream until it had its id")
    double getMaxOpenMillis();

    @Description("Evicts all idle streams and opens new ones; streams in use continue")
    void flush();

    @Description("Sets ErrorCount to zero and LastError to null")
    void resetError();

    @Description(
            "Gives no streams to callers until resume: they wait, and the pool is not ready. Connection and idle streams stay")
    void suspend();

    @Description("Ends suspend; waiting callers get streams at once")
    void resume();
}
