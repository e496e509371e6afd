package io.quicpool;

import io.quicpool.config.PoolConfig;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A pool of pre-opened QUIC streams. The common part of {@link ClientPool} and {@link ServerPool}.
 *
 * <p>A stream is taken in one of two ways. One side, usually the server, takes <em>any</em> idle stream with
 * {@link #take(Duration)} and tells its id to the other side by its own means. The other side takes <em>that</em> stream with
 * {@link #take(StreamId, Duration)}. In a client-led pool the client takes any stream and writes first
 * ({@link ServerPool#serve(StreamHandler)}).
 *
 * <p>Taking an idle stream needs no lock and no I/O and takes under a microsecond. A caller that finds none waits in order of
 * arrival; the thread that adds a stream wakes it directly. When {@code max-waiting} callers wait, one more is refused. Each
 * stream is checked when it is taken: one whose connection is lost, or which its peer has ended, is evicted instead.
 *
 * <p>Users of the Go package NodePassProject/quic find its names here too: {@link #incomingGet} and {@link #outgoingGet} take, and
 * {@link #active} counts idle streams.
 *
 * <p>Thread-safe.
 */
public interface StreamPool extends AutoCloseable {

    /** The name of the pool, as it appears in logs and exceptions. */
    String name();

    /**
     * The settings with which the pool was opened.
     *
     * @return for a member of a client pool, those of the pool with the target of the member
     */
    PoolConfig config();

    /** The state of the pool. */
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
     * @param id the id that the peer sent
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
     * {@link #takeAsync(Duration)} with all dependents on the given executor, unless they name another. Dependents that it
     * rejects fail with its exception; the stream stays in this future.
     *
     * @param timeout how long to wait at most, whatever the executor does
     * @param executor where dependents run
     * @return as for {@link #takeAsync(Duration)}
     */
    CompletionStage<PooledStream> takeAsync(Duration timeout, Executor executor);

    /**
     * Takes the stream with the given id without blocking, otherwise as {@link #takeAsync(Duration)}.
     *
     * @param id the id that the peer sent
     * @param timeout how long to wait at most
     * @return completed with the stream, or with the exception that {@link #take(StreamId, Duration)} throws
     */
    CompletionStage<PooledStream> takeAsync(StreamId id, Duration timeout);

    /**
     * {@link #takeAsync(StreamId, Duration)} with all dependents on the given executor, unless they name another.
     *
     * @param id the id that the peer sent
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
     * @param id the id that the peer sent
     * @param timeout how long to wait at most
     * @return the stream; close it after use
     * @throws InterruptedException when the caller is interrupted while it waits
     */
    default PooledStream outgoingGet(StreamId id, Duration timeout) throws InterruptedException {
        return take(id, timeout);
    }

    /**
     * Whether the pool can do its work now. A client pool is ready when it is running and has a verified connection: one that
     * is up and on which an id was received. It stays ready while all its streams are in use. A server pool is ready when it is
     * running and listening. A suspended pool is not ready. Does not block, and does no I/O.
     */
    boolean ready();

    /** The number of idle streams. */
    int idle();

    /** {@link #idle} under the name of the Go package. Not the streams in use, which other pools call active. */
    default int active() {
        return idle();
    }

    /**
     * How many idle streams a client pool aims for: between the bounds of capacity, following demand. For a server pool, how
     * many it holds at most, over all its clients.
     */
    int capacity();

    /**
     * The current time between two regular size checks of a client pool: between the bounds of interval, following demand. A
     * server pool opens no streams and returns {@link Duration#ZERO}.
     */
    Duration interval();

    /**
     * Evicts every idle stream and every stream that is being opened, and opens new ones. Streams in use are not touched. Use
     * it when streams are alive but lead to the wrong server. Does not block.
     */
    void flush();

    /**
     * Stops taking streams until {@link #resume}: callers wait up to their time-outs, and handlers get no stream. Connections,
     * idle streams and streams in use stay. {@link #ready} is false. Use it to take a service out of use without stopping it.
     * Does nothing when the pool is suspended or closed. Does not block.
     */
    void suspend();

    /** Ends {@link #suspend} and serves waiting callers at once. Does nothing when the pool is not suspended. */
    void resume();

    /** Counts an error that the application had on a stream of this pool, see {@link #errorCount}. */
    void addError();

    /**
     * How many errors there were since the start or the last {@link #resetError}: failed attempts to connect, streams that could
     * not be opened, and errors that the application added.
     */
    long errorCount();

    /** Sets the error count to zero and clears the last error. */
    void resetError();

    /** The current state and counters. The numbers are read one after the other while the pool works. */
    PoolSnapshot snapshot();

    /** How long callers waited that got a stream in the last minute. Callers that found an idle one do not count. */
    RecentTimes recentWaits();

    /** How long it took to open the streams that got their id in the last minute. */
    RecentTimes recentOpens();

    /** How long the streams were in use whose use ended in the last minute. */
    RecentTimes recentUses();

    /**
     * Everything that the pool knows about itself, for people who look for a fault: settings without secrets, state, connections,
     * counters, times, and the last refusals.
     *
     * @return at most 64 Ki characters
     */
    String dump();

    /** Adds a listener. Adding it twice has no effect. */
    void addListener(PoolListener listener);

    /** Removes a listener. */
    void removeListener(PoolListener listener);

    /** Closes the pool at once: {@code close(Duration.ZERO)}. */
    @Override
    void close();

    /**
     * Closes the pool. Waiting callers get {@link PoolClosedException} and idle streams are evicted. Streams in use may be used
     * until all are closed or the drain time is over. Then the connections are closed (code 0, {@code pool closed}).
     *
     * <p>It returns within a second after the drain time. No stream, socket or thread of the pool is left then, with two
     * exceptions: threads of the engine may take some milliseconds longer, and a look-up of a name, a listener or a handler that
     * ignores its interrupt stays on a daemon thread until it ends. A second call waits for the first, up to its own drain time
     * and that second.
     *
     * @param drainTimeout how long streams in use may be used; zero or less ends them at once
     */
    void close(Duration drainTimeout);
}
