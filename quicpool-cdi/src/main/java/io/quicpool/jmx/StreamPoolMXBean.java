package io.quicpool.jmx;

import static io.quicpool.jmx.PoolView.millis;
import static io.quicpool.jmx.PoolView.poolOf;
import static io.quicpool.jmx.PoolView.snapshotOf;
import static io.quicpool.jmx.PoolView.totalsOf;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The attributes and operations of both kinds of pools. Reading never blocks and sends nothing. The numbers are read one after the other
 * while the pool works.
 *
 * <p>Each attribute is declared once: its name, description and type, and where its value comes from. The default methods are for the
 * MXBean itself; a proxy of a JMX client asks the MBean server.
 */
public interface StreamPoolMXBean {

    @Description("The name of the pool")
    default String getName() {
        return poolOf(this).name();
    }

    @Description("Whether the pool can do its work now: connected (client) or listening (server), and not suspended")
    default boolean isReady() {
        return poolOf(this).ready();
    }

    @Description("NEW, RUNNING, SUSPENDED, CLOSING or CLOSED")
    default String getState() {
        return poolOf(this).state().name();
    }

    @Description(
            "The state of the connection: down, connecting, up or backoff, or how many of several connections or targets are up;"
                    + " it may end with \"no stream credit\" (client); listening or not listening (server)")
    default String getLink() {
        return snapshotOf(this).link();
    }

    @Description("The connections that are up, with their addresses")
    default List<ConnectionData> getConnections() {
        return snapshotOf(this).peers().stream().map(ConnectionData::of).toList();
    }

    @Description("Idle streams")
    default int getIdle() {
        return poolOf(this).idle();
    }

    @Description("The same as Idle, under its older name; streams in use are Taken")
    default int getActive() {
        return getIdle();
    }

    @Description("How many streams are being opened and have no id yet")
    default int getOpening() {
        return snapshotOf(this).opening();
    }

    @Description("How many streams are in use; in a client pool at most max-in-use, if it is set")
    default int getTaken() {
        return snapshotOf(this).taken();
    }

    @Description("How many callers wait for a stream now")
    default int getWaiting() {
        return snapshotOf(this).waiting();
    }

    @Description("How many idle streams the pool aims for now (client) or may hold (server)")
    default int getCapacity() {
        return poolOf(this).capacity();
    }

    @Description(
            "Errors since the start or the last resetError: failed connects, streams that could not be opened, and errors that the"
                    + " application added")
    default long getErrorCount() {
        return poolOf(this).errorCount();
    }

    @Description(
            "The last error; during an outage, why there is no connection; null when there was none since the last resetError."
                    + " When it ends with \"other connections are up\", the pool works")
    default @Nullable String getLastError() {
        return snapshotOf(this).lastError();
    }

    @Description("Streams that were opened and got an id since the pool was opened")
    default long getOpened() {
        return totalsOf(this).opened();
    }

    @Description("Streams that could not be opened or got no id since the pool was opened")
    default long getFailed() {
        return totalsOf(this).failed();
    }

    @Description("Streams that were taken since the pool was opened")
    default long getHandedOut() {
        return totalsOf(this).handedOut();
    }

    @Description("Callers that timed out since the pool was opened")
    default long getTimeouts() {
        return totalsOf(this).timeouts();
    }

    @Description("Connections that were made since the pool was opened")
    default long getConnects() {
        return totalsOf(this).connects();
    }

    @Description("Connections that were lost since the pool was opened")
    default long getLost() {
        return totalsOf(this).lost();
    }

    @Description(
            "Streams that were not closed: in use for longer than leak-detection-threshold, or garbage and then reset by the pool")
    default long getLeaked() {
        return totalsOf(this).leaked();
    }

    @Description("Idle streams that were evicted since the pool was opened, by reason")
    default Map<String, Long> getEvicted() {
        return totalsOf(this).evicted();
    }

    @Description("Streams, connections, datagrams and callers that were refused since the pool was opened, by reason")
    default Map<String, Long> getRefused() {
        return totalsOf(this).refused();
    }

    @Description(
            "Mean time in milliseconds that callers waited before they got a stream; callers that got one at once do not count")
    default double getMeanWaitMillis() {
        return millis(totalsOf(this).waitMean());
    }

    @Description("Longest time in milliseconds that a caller waited before it got a stream")
    default double getMaxWaitMillis() {
        return millis(totalsOf(this).waitMax());
    }

    @Description("Mean time in milliseconds from opening a stream until it had its id")
    default double getMeanOpenMillis() {
        return millis(totalsOf(this).openMean());
    }

    @Description("Longest time in milliseconds from opening a stream until it had its id")
    default double getMaxOpenMillis() {
        return millis(totalsOf(this).openMax());
    }

    @Description(
            "Median time in milliseconds that callers waited that got a stream in the last minute; at most 6.25% off")
    default double getRecentMedianWaitMillis() {
        return millis(poolOf(this).recentWaits().p50());
    }

    @Description(
            "99th percentile in milliseconds of the time that callers waited that got a stream in the last minute; at most 6.25% off")
    default double getRecentP99WaitMillis() {
        return millis(poolOf(this).recentWaits().p99());
    }

    @Description("Longest time in milliseconds that a caller waited that got a stream in the last minute")
    default double getRecentMaxWaitMillis() {
        return millis(poolOf(this).recentWaits().max());
    }

    @Description("Median time in milliseconds that it took to open a stream in the last minute; at most 6.25% off")
    default double getRecentMedianOpenMillis() {
        return millis(poolOf(this).recentOpens().p50());
    }

    @Description(
            "99th percentile in milliseconds of the time that it took to open a stream in the last minute; at most 6.25% off")
    default double getRecentP99OpenMillis() {
        return millis(poolOf(this).recentOpens().p99());
    }

    @Description("Longest time in milliseconds that it took to open a stream in the last minute")
    default double getRecentMaxOpenMillis() {
        return millis(poolOf(this).recentOpens().max());
    }

    @Description("Median time in milliseconds that a stream was in use in the last minute; at most 6.25% off")
    default double getRecentMedianUseMillis() {
        return millis(poolOf(this).recentUses().p50());
    }

    @Description(
            "99th percentile in milliseconds of the time that a stream was in use in the last minute; at most 6.25% off")
    default double getRecentP99UseMillis() {
        return millis(poolOf(this).recentUses().p99());
    }

    @Description("Longest time in milliseconds that a stream was in use in the last minute")
    default double getRecentMaxUseMillis() {
        return millis(poolOf(this).recentUses().max());
    }

    @Description("Evicts all idle streams and opens new ones; streams in use continue")
    void flush();

    @Description("Sets ErrorCount to zero and LastError to null")
    void resetError();

    @Description(
            "Gives no streams to callers until resume: they wait, and the pool is not ready. Connection and idle streams stay")
    void suspend();

    @Description("Ends suspend; waiting callers get streams at once")
    void resume();

    @Description(
            "Returns everything that the pool knows about itself as text: settings without secrets, state, connections, counters, times"
                    + " and the last refusals")
    String dump();
}
