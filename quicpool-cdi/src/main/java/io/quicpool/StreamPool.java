package io.quicpool;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A pool of pre-opened QUIC streams: what {@link ClientPool} and {@link ServerPool} have in common.
 *
 * <p>A stream is taken in one of two ways. One side, usually the server, takes <em>any</em> idle stream with
 * {@link #take(Duration)} and tells its id to the other side by its own means. The other side takes <em>that</em> stream with
 * {@link #take(StreamId, Duration)}. In a client-led pool the client takes any stream and writes first
 * ({@link ServerPool#serve(StreamHandler)}).
 *
 * <p>An idle stream is handed out without locks or I/O, in under a microsecond. A caller that finds none waits in order of
 * arrival; the thread that adds a stream wakes it directly. When {@code max-waiting} callers wait, one more is refused. Each
 * stream is checked when it is taken: one whose connection is lost, or which its peer has ended, is never handed out knowingly.
 *
 * <p>Users of the Go package NodePassProject/quic find its names here too: {@link #incomingGet} and {@link #outgoingGet} take, and
 * {@link #active} counts idle streams.
 *
 * <p>Thread-safe.
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
     * Takes any idle stream, the oldest first. Waits for one where there is none. Blocks for up to {@code timeout}.
     *
     * @param timeout how long to wait at most; zero or less does not wait
     * @return the stream; close it after use
     * @throws PoolTimeoutException when the time is over
     * @throws PoolBusyException when {@code max-waiting} callers wait already
     * @throws PoolClosedException when the pool is closed, or closes while the caller waits
     * @throws InterruptedException when the caller is interrupted while it waits; no stream is lost
     */
    PooledStream take(Duration timeout) throws InterruptedException;

    /**
     * Takes the stream with the given id. Waits for it where it is not there yet. Blocks for up to {@code timeout}.
     *
     * @param id the id that the peer told
     * @param timeout how long to wait at most; zero or less does not wait
     * @return the stream; close it after use
     * @throws PoolTimeoutException when the time is over
     * @throws PoolBusyException when {@code max-waiting} callers wait already
     * @throws PoolClosedException when the pool is closed, or closes while the caller waits
     * @throws InterruptedException when the caller is interrupted while it waits; no stream is lost
     */
    PooledStream take(StreamId id, Duration timeout) throws InterruptedException;

    /**
     * Takes any idle stream without blocking. Dependents of the stage run on a worker thread of the pool that no other stage uses
     * meanwhile, so they may block. Callers with many dependents that block pass an executor.
     *
     * <p>A caller that ends the future before the pool does ends the wait, and no stream is lost: {@code cancel}, {@code complete},
     * {@code orTimeout} and the like, through {@code toCompletableFuture()}. Cancelling a stage that is <em>derived</em> from it, by
     * {@code thenApply} for example, does not: the pool goes on, and unless something else depends on it, nobody closes the stream.
     *
     * @param timeout how long to wait at most
     * @return completed with the stream, or with the exception that {@link #take(Duration)} throws
     */
    CompletionStage<PooledStream> takeAsync(Duration timeout);

    /**
     * {@link #takeAsync(Duration)} with all dependents on the given executor, unless they name another.
     *
     * @param timeout how long to wait at most, whatever the executor does
     * @param executor where dependents run
     * @return as for {@link #takeAsync(Duration)}
     */
    CompletionStage<PooledStream> takeAsync(Duration timeout, Executor executor);

    /**
     * Takes the stream with the given id without blocking, otherwise as {@link #takeAsync(Duration)}.
     *
     * @param id the id that the peer told
     * @param timeout how long to wait at most
     * @return completed with the stream, or with the exception that {@link #take(StreamId, Duration)} throws
     */
    CompletionStage<PooledStream> takeAsync(StreamId id, Duration timeout);

    /**
     * {@link #takeAsync(StreamId, Duration)} with all dependents on the given executor, unless they name another.
     *
     * @param id the id that the peer told
     * @param timeout how long to wait at most, whatever the executor does
     * @param executor where dependents run
     * @return as for {@link #takeAsync(StreamId, Duration)}
     */
    CompletionStage<PooledStream> takeAsync(StreamId id, Duration timeout, Executor executor);

    /**
     * {@link #take(Duration)} under the name of the Go package.
     *
     * @param timeout how long to wait at most
     * @return the stream; close it after use
     * @throws InterruptedException when the caller is interrupted while it waits
     */
    default PooledStream incomingGet(Duration timeout) throws InterruptedException {
        return take(timeout);
    }

    /**
     * {@link #take(StreamId, Duration)} under the name of the Go package.
     *
     * @param id the id that the peer told
     * @param timeout how long to wait at most
     * @return the stream; close it after use
     * @throws InterruptedException when the caller is interrupted while it waits
     */
    default PooledStream outgoingGet(StreamId id, Duration timeout) throws InterruptedException {
        return take(id, timeout);
    }

    /**
     * Whether the pool can do its work now. A client pool is ready when it is running, its connection is up and at least
     * one id was exchanged on that connection; a pool whose streams are all in use is still ready. A server pool is ready
     * when it is running and listening. A suspended pool is not ready. Never blocks and never touches the network.
     *
     * @return whether it is ready
     */
    boolean ready();

    /**
     * The number of idle streams.
     *
     * @return the number
     */
    int idle();

    /**
     * {@link #idle} under the name of the Go package. Not the streams in use, which other pools call active.
     *
     * @return the number
     */
    default int active() {
        return idle();
    }

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
