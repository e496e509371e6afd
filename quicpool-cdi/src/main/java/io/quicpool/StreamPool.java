package io.quicpool;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A stock of QUIC streams that are open ahead of use. What {@link ClientPool} and {@link ServerPool} have in common; the
 * names are those of the Go package NodePassProject/quic.
 *
 * <p>A stream is taken in one of two ways. One side, usually the server, takes <em>any</em> idle stream with
 * {@link #incomingGet} and tells its id to the other by its own means; the other takes <em>that</em> stream with
 * {@link #outgoingGet}. In a client-led pool the client takes any stream and simply speaks
 * ({@link ServerPool#serve(StreamHandler)}).
 *
 * <p>A stream that is idle is handed out without locks or I/O in about a microsecond. A caller that finds none waits in
 * order of arrival and is served by the thread that brings the stream; when {@code max-waiting} callers wait, one more is refused. No dead stream is handed out knowingly: each is
 * probed when it is taken.
 *
 * <p>All methods may be called from any thread.
 */
public interface StreamPool extends AutoCloseable {

    /**
     * The name of the pool, as it appears in logs and exceptions.
     *
     * @return the name
     */
    String name();

    /**
     * Where the pool stands in its life.
     *
     * @return the state
     */
    PoolState state();

    /**
     * Takes the stream with the given id, waiting for it when it is not there yet.
     *
     * @param id the id that the peer told
     * @param timeout how long to wait at most; zero or less does not wait
     * @return the stream; close it after use
     * @throws PoolTimeoutException when the time is over
     * @throws PoolBusyException when as many callers wait as may
     * @throws PoolClosedException when the pool is closed, or closes while waiting
     * @throws InterruptedException when the caller is interrupted while waiting; no stream is lost by it
     */
    PooledStream outgoingGet(StreamId id, Duration timeout) throws InterruptedException;

    /**
     * Takes any idle stream, the oldest first, waiting for one when there is none.
     *
     * @param timeout how long to wait at most; zero or less does not wait
     * @return the stream; close it after use
     * @throws PoolTimeoutException when the time is over
     * @throws PoolBusyException when as many callers wait as may
     * @throws PoolClosedException when the pool is closed, or closes while waiting
     * @throws InterruptedException when the caller is interrupted while waiting; no stream is lost by it
     */
    PooledStream incomingGet(Duration timeout) throws InterruptedException;

    /**
     * {@link #outgoingGet} without blocking. What depends on it runs on a worker of the pool, which is that get's alone: it may block,
     * and holds up no other get. Who has many that block gives an executor.
     *
     * <p>Whoever ends the future itself before the pool does ends the wait, and no stream is lost: {@code cancel}, {@code complete},
     * {@code orTimeout} and the like, through {@code toCompletableFuture()}. To cancel a stage that is <em>derived</em> from it, by
     * {@code thenApply} say, does not: the get goes on, and where nothing else depends on it, nobody closes the stream that comes.
     *
     * @param id the id that the peer told
     * @param timeout how long to wait at most
     * @return completed with the stream, or with the exception that the blocking form throws
     */
    CompletionStage<PooledStream> outgoingGetAsync(StreamId id, Duration timeout);

    /**
     * {@link #outgoingGetAsync(StreamId, Duration)} whose dependents, and theirs, always run on the given executor, unless they name
     * another.
     *
     * @param id the id that the peer told
     * @param timeout how long to wait at most; is kept whatever the executor does
     * @param executor where dependents run
     * @return as for the form without an executor
     */
    CompletionStage<PooledStream> outgoingGetAsync(StreamId id, Duration timeout, Executor executor);

    /**
     * {@link #incomingGet} without blocking.
     *
     * @param timeout how long to wait at most
     * @return as for {@link #outgoingGetAsync(StreamId, Duration)}
     */
    CompletionStage<PooledStream> incomingGetAsync(Duration timeout);

    /**
     * {@link #incomingGet} without blocking, with dependents on the given executor.
     *
     * @param timeout how long to wait at most; is kept whatever the executor does
     * @param executor where dependents run
     * @return as for {@link #outgoingGetAsync(StreamId, Duration, Executor)}
     */
    CompletionStage<PooledStream> incomingGetAsync(Duration timeout, Executor executor);

    /**
     * Whether the pool can do its work now. A client pool is ready when it is running, its connection is up and at least
     * one id was exchanged on that connection; a pool whose streams are all in use is still ready. A server pool is ready
     * when it is running and listening. A suspended pool is not ready. Never blocks and never touches the network.
     *
     * @return whether it is ready
     */
    boolean ready();

    /**
     * How many streams are idle in stock.
     *
     * @return the number
     */
    int active();

    /**
     * How many idle streams the pool aims for. For a client pool it moves between the bounds of capacity with demand; for
     * a server pool it is the largest number that it takes from all its clients.
     *
     * @return the number
     */
    int capacity();

    /**
     * How long a client pool now waits between two regular looks at its stock; it moves between the bounds of interval. A
     * server pool does not open streams and gives {@link Duration#ZERO}.
     *
     * @return the interval
     */
    Duration interval();

    /**
     * Gives up every idle stream, and every one that is being opened, and fills up anew. Streams in use live on. Use it
     * when the streams are alive but lead to the wrong place. Does not block.
     */
    void flush();

    /**
     * Hands out nothing until {@link #resume}: callers wait, up to their time-outs, and handlers are given no stream. The
     * connection and the stock are kept, streams in use live on, and {@link #ready} is false. For taking a service out of
     * use without ending it. Does nothing when the pool is suspended or closed. Does not block.
     */
    void suspend();

    /** Ends {@link #suspend}: those who wait are served at once. Does nothing when the pool is not suspended. */
    void resume();

    /** Counts an error that the application met on a stream of this pool; see {@link #errorCount}. */
    void addError();

    /**
     * How many errors there were since the start or the last {@link #resetError}: failed connects, failed openings, and
     * those that the application added.
     *
     * @return the number
     */
    long errorCount();

    /** Sets the error count to zero and forgets the last error. */
    void resetError();

    /**
     * What the pool looks like now. The numbers are read one after the other while the pool goes on.
     *
     * @return a copy
     */
    PoolSnapshot snapshot();

    /**
     * Adds a listener; adding it twice has no effect.
     *
     * @param listener the listener
     */
    void addListener(PoolListener listener);

    /**
     * Removes a listener.
     *
     * @param listener the listener
     */
    void removeListener(PoolListener listener);

    /** Closes the pool at once: {@code close(Duration.ZERO)}. */
    @Override
    void close();

    /**
     * Closes the pool. Waiting callers get {@link PoolClosedException}, idle streams are given up, and streams in use may
     * be used until the deadline or until all are closed, whichever comes first. Then the connections are closed (code 0,
     * {@code pool closed}). When it returns, no stream, socket or thread of the pool is left; threads of the engine may take
     * some milliseconds more to end. It returns within a second after the drain time-out, whatever blocks: a look-up of a name, or a
     * listener or handler that does not heed its interrupt, is left behind on a daemon thread that ends by itself. A second call waits
     * for the first, as long as it would take itself.
     *
     * @param drainTimeout how long streams in use may live on; zero or less ends them at once
     */
    void close(Duration drainTimeout);
}
