package io.quicpool.core;

import io.quicpool.transport.Connection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The addresses of a target, looked up at each attempt to connect. Which of them an attempt tries depends on which have failed, and
 * never on where they stand in the answer, for answers rotate, shrink and repeat themselves: the first that has not failed, or
 * else the one whose failure is the longest ago. So an address that does not serve is left for the next one, and comes again
 * when all others have been tried.
 *
 * <p>Thread-safe. Attempts are made one after the other, on the pool's connector thread; what became of them is told by others.
 */
final class Addresses {

    /** Looks a name up; blocks. */
    interface Lookup {
        List<InetSocketAddress> addresses() throws IOException;
    }

    /** Connects; blocks. */
    interface Attempt {
        Connection connect(InetSocketAddress address) throws IOException, InterruptedException;
    }

    /** How many addresses of an answer are looked at, and how many failures are remembered. */
    static final int MOST = 1024;

    /** After how long a failure counts no more, if another address has served since. */
    static final Duration FORGOTTEN = Duration.ofMinutes(5);

    // For answers that are never the same: a peer that fails with each of them is not tried without a pause for ever.
    private static final int LONGEST_PASS = 16;

    /** When it was, and the how manieth. */
    private record Failure(long nanos, long number) {}

    private final Lookup lookup;
    private final LongSupplier clock;
    // Guarded by this, as is all that follows; the latest failure last.
    private final Map<InetSocketAddress, Failure> failures = new LinkedHashMap<>();
    private List<InetSocketAddress> answer = List.of();
    private long count;
    private long servedAt = -1;
    private long pausedAt = -1;
    private volatile boolean lookingUp;
    private volatile boolean closed;

    Addresses(Lookup lookup) {
        this(lookup, System::nanoTime);
    }

    Addresses(Lookup lookup, LongSupplier clock) {
        this.lookup = lookup;
        this.clock = clock;
    }

    Connection connect(Attempt attempt) throws IOException, InterruptedException {
        InetSocketAddress address = choose(lookUp());
        try {
            if (address.isUnresolved()) {
                throw new IOException("the resolver gave an address that is not resolved: " + address);
            }
            return attempt.connect(address);
        } catch (IOException | RuntimeException | Error e) {
            failed(address);
            throw e;
        }
    }

    // Whoever closes the pool does not wait for this, so what comes of it after that must lead to nothing.
    private List<InetSocketAddress> lookUp() throws IOException, InterruptedException {
        lookingUp = true;
        try {
            checkOpen();
            List<InetSocketAddress> found = lookup.addresses();
            if (found.isEmpty()) {
                throw new IOException("the resolver gave no address");
            }
            checkOpen();
            return found;
        } catch (IOException | RuntimeException | Error e) {
            checkOpen();
            answered(List.of());
            throw e;
        } finally {
            lookingUp = false;
        }
    }

    private void checkOpen() throws InterruptedException {
        if (closed) {
            throw new InterruptedException("the pool was closed during a look-up");
        }
    }

    private synchronized void answered(List<InetSocketAddress> addresses) {
        answer = addresses;
    }

    private synchronized InetSocketAddress choose(List<InetSocketAddress> found) {
        answer = found.stream().distinct().limit(MOST).toList();
        InetSocketAddress best = answer.get(0);
        long bestNumber = Long.MAX_VALUE;
        for (InetSocketAddress each : answer) {
            Failure failure = failures.get(each);
            if (failure == null || isForgotten(failure)) {
                return each;
            }
            if (failure.number < bestNumber) {
                best = each;
                bestNumber = failure.number;
            }
        }
        return best;
    }

    private boolean isForgotten(Failure failure) {
        return failure.number < servedAt && clock.getAsLong() - failure.nanos > FORGOTTEN.toNanos();
    }

    /** It could not be connected to, it turned the client away, or its connection was lost. Any thread. */
    synchronized void failed(InetSocketAddress address) {
        failures.remove(address);
        failures.put(address, new Failure(clock.getAsLong(), count++));
        if (failures.size() > MOST) {
            failures.remove(failures.keySet().iterator().next());
        }
    }

    /** It gave an id. Any thread. */
    synchronized void served(InetSocketAddress address) {
        failures.remove(address);
        servedAt = count;
    }

    /**
     * Whether it is time for a pause: every address of the last answer has failed since the last one. Else there is one left to try
     * at once. Any thread.
     */
    synchronized boolean exhausted() {
        boolean left =
                count - Math.max(0, pausedAt) < LONGEST_PASS && answer.stream().anyMatch(this::isUntried);
        if (!left) {
            pausedAt = count;
        }
        return !left;
    }

    private boolean isUntried(InetSocketAddress address) {
        Failure failure = failures.get(address);
        return failure == null || failure.number < pausedAt;
    }

    /** Whether there is another address than this one. Any thread. */
    synchronized boolean hasOther(InetSocketAddress address) {
        return answer.stream().anyMatch(each -> !each.equals(address))
                || failures.keySet().stream().anyMatch(each -> !each.equals(address));
    }

    /** No look-up is begun any more, and one that is under way leads to nothing. Any thread. */
    void close() {
        closed = true;
    }

    /** Whether the connector thread is in a look-up, which cannot be interrupted. Any thread. */
    boolean isLookingUp() {
        return lookingUp;
    }
}
