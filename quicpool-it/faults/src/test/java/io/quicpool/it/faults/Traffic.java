package io.quicpool.it.faults;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.ClientPool;
import io.quicpool.PoolListener;
import io.quicpool.PoolTimeoutException;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Callers that take streams of a client pool, ask on each and read its answer, until they are stopped, and the
 * outcomes. Each connection of a client pool has its own local port, which identifies the connection of a stream.
 */
final class Traffic implements AutoCloseable {

    private static final Duration WAIT = SOON;
    /** How often a caller that waits for a stream checks whether its connection is still there. */
    private static final Duration CHECK = Duration.ofSeconds(1);

    final Ledger ledger = new Ledger();
    private final ClientPool pool;
    private final @Nullable ServerPool led;
    private final int length;
    private final Duration patience;
    private final AtomicLong numbers = new AtomicLong();
    private final ExecutorService callers;
    private final ExecutorService answering = Executors.newCachedThreadPool();
    private final List<Future<?>> running = new ArrayList<>();
    private final Set<Integer> lost = ConcurrentHashMap.newKeySet();
    private final Map<Integer, Long> gone = new ConcurrentHashMap<>();
    private final Set<Integer> seen = ConcurrentHashMap.newKeySet();
    private final PoolListener watch = new PoolListener() {
        @Override
        public void peerLost(StreamPool of, String reason) {
            Set<Integer> now = ports();
            seen.stream().filter(port -> !now.contains(port)).forEach(lost::add);
        }
    };
    private volatile boolean stopped;
    private volatile int lastAnswered;

    private Traffic(ClientPool pool, @Nullable ServerPool led, int callers, int length, Duration patience) {
        this.pool = pool;
        this.led = led;
        this.length = length;
        this.patience = patience;
        this.callers = Executors.newFixedThreadPool(callers);
        pool.addListener(watch);
        for (int i = 0; i < callers; i++) {
            running.add(this.callers.submit(this::run));
        }
    }

    /** Client-led: the server has a handler that answers by {@link #answer}. */
    static Traffic of(ClientPool pool, int callers, int length) {
        return new Traffic(pool, null, callers, length, WAIT);
    }

    /** The same, but callers try another stream when an answer takes this long. */
    static Traffic impatient(ClientPool pool, int callers, int length, Duration patience) {
        return new Traffic(pool, null, callers, length, patience);
    }

    /**
     * Server-led: the server takes a stream, its id travels by other means, and the client takes the stream by its id.
     */
    static Traffic led(ServerPool server, ClientPool pool, int callers, int length) {
        return new Traffic(pool, server, callers, length, WAIT);
    }

    /** The side that answers. If it is cut off, the side that asked counts that. */
    static void answer(PooledStream stream, Ledger ledger) throws IOException {
        try {
            stream.readTimeout(WAIT);
            Numbered.answer(stream);
        } catch (Numbered.WrongPair e) {
            ledger.wrong(ledger.wrongPairs, e);
            throw e;
        } catch (Numbered.WrongBytes e) {
            ledger.wrong(ledger.wrongBytes, e);
            throw e;
        }
    }

    /** From now on all current connections count as lost, whether the pool knows it or not. */
    void peerGone() {
        long now = System.nanoTime();
        ports().forEach(port -> gone.putIfAbsent(port, now));
    }

    /** Whether the last answer came over a connection whose peer had not disappeared. */
    boolean answeredByNext() {
        return lastAnswered != 0 && goneSince(lastAnswered) == null;
    }

    /** A lost connection had this port, and another has it now, because the system reuses ports. */
    private boolean isAnother(int port) {
        return lost.contains(port) && ports().contains(port);
    }

    private @Nullable Long goneSince(int port) {
        return isAnother(port) ? null : gone.get(port);
    }

    private Set<Integer> ports() {
        Set<Integer> ports = ConcurrentHashMap.newKeySet();
        pool.snapshot().peers().forEach(peer -> ports.add(peer.local().getPort()));
        return ports;
    }

    private void run() {
        while (!stopped) {
            try {
                once();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void once() throws InterruptedException {
        // Before asking: streams of connections that are known to be lost must not be taken any more.
        Set<Integer> known = Set.copyOf(lost);
        ServerPool server = led;
        if (server == null) {
            try (PooledStream stream = pool.take(WAIT)) {
                handedOut(stream, known);
                ask(stream);
            } catch (PoolTimeoutException e) {
                ledger.timedOut.increment();
            }
            return;
        }
        try (PooledStream there = server.take(WAIT)) {
            try (PooledStream here = takeOther(there, server)) {
                handedOut(here, known);
                Future<?> answer = answering.submit(() -> {
                    answer(here, ledger);
                    return null;
                });
                ask(there);
                finished(answer);
            } catch (PoolTimeoutException e) {
                // The client has lost the connection, and the server has learned of it by now.
                ledger.cut(e);
            }
        } catch (PoolTimeoutException e) {
            ledger.timedOut.increment();
        }
    }

    /** The other end of the stream, at the client. Its id may take long to come, but not when its connection is lost. */
    private PooledStream takeOther(PooledStream there, ServerPool server) throws InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            try {
                return pool.take(there.id(), CHECK);
            } catch (PoolTimeoutException e) {
                boolean connected = server.snapshot().peers().stream()
                        .anyMatch(peer -> peer.remote().equals(there.remoteAddress()));
                if (!connected || System.nanoTime() - begin > WAIT.toNanos()) {
                    throw e;
                }
            }
        }
    }

    private static void finished(Future<?> answer) throws InterruptedException {
        try {
            answer.get();
        } catch (ExecutionException e) {
            // The side that asked has counted it.
        }
    }

    private void handedOut(PooledStream stream, Set<Integer> known) {
        ledger.handedOut.increment();
        int port = stream.localAddress().getPort();
        seen.add(port);
        if (known.contains(port) && !isAnother(port)) {
            ledger.wrong(ledger.oldAfterNotice, stream);
        }
        Long since = goneSince(port);
        if (since != null) {
            ledger.oldBeforeNotice.increment();
            ledger.longestOldMillis.accumulate((System.nanoTime() - since) / 1_000_000);
        }
    }

    private void ask(PooledStream stream) {
        try {
            stream.readTimeout(patience);
            Numbered.ask(stream, numbers.incrementAndGet(), length);
            ledger.answered.increment();
            lastAnswered = stream.localAddress().getPort();
        } catch (Numbered.WrongPair e) {
            ledger.wrong(ledger.wrongPairs, e);
        } catch (Numbered.WrongBytes e) {
            ledger.wrong(ledger.wrongBytes, e);
        } catch (IOException e) {
            ledger.cut(e);
        }
    }

    /** Waits until each caller has finished. */
    @Override
    public void close() {
        stopped = true;
        try {
            callers.shutdown();
            assertThat(callers.awaitTermination(2 * WAIT.toSeconds(), TimeUnit.SECONDS))
                    .as("every caller came to an end: " + ledger)
                    .isTrue();
            answering.shutdownNow();
            for (Future<?> each : running) {
                each.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new AssertionError("a caller failed", e.getCause());
        } finally {
            pool.removeListener(watch);
        }
    }

    /** What must never happen. */
    void assertNothingWrong() {
        assertThat(ledger.wrongPairs.sum()).as("wrongly paired: " + ledger).isZero();
        assertThat(ledger.wrongBytes.sum()).as("wrong bytes: " + ledger).isZero();
        assertThat(ledger.oldAfterNotice.sum())
                .as("taken after the loss was noticed: " + ledger)
                .isZero();
        assertThat(ledger.timedOut.sum()).as("timed out: " + ledger).isZero();
    }
}
