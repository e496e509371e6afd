package io.quicpool.core.connection;

import io.quicpool.config.Endpoint;
import io.quicpool.transport.Connection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Chooses the address of a target for each attempt to connect. The target is looked up each time. An attempt takes the
 * first address that has not failed, else the one that failed longest ago. The position in the answer does not count,
 * because answers rotate, shrink and repeat. So a failed address is tried again after all others.
 *
 * <p>Thread-safe. Attempts run one after the other on the pool's connector thread. Other threads report their outcome.
 */
public final class Addresses {

    /** Looks up a name. Blocks. */
    public interface Lookup {
        List<InetSocketAddress> addresses() throws IOException;
    }

    /** Connects. Blocks. */
    interface Attempt {
        Connection connect(InetSocketAddress address) throws IOException, InterruptedException;
    }

    /** How many addresses of an answer are used, and how many failures are remembered. */
    static final int MAX_ADDRESSES = 1024;

    /** A failure expires after this time, if another address was verified since. */
    static final Duration FAILURE_EXPIRY = Duration.ofMinutes(5);

    // Bounds attempts without a pause when each answer has new addresses.
    private static final int MAX_ATTEMPTS_WITHOUT_PAUSE = 16;

    /** When an address failed, and the number of the failure in the order of all failures. */
    private record Failure(long nanos, long number) {}

    private final Lookup lookup;
    private final LongSupplier clock;
    // Guarded by this, like all fields below. The latest failure is last.
    private final Map<InetSocketAddress, Failure> failures = new LinkedHashMap<>();
    private List<InetSocketAddress> answer = List.of();
    private long count;
    private long verifiedAt = -1;
    private long pausedAt = -1;
    private volatile boolean lookingUp;
    private volatile boolean closed;

    public Addresses(Lookup lookup) {
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
                throw new IOException("the resolver gave an address that is not resolved: " + Endpoint.text(address));
            }
            return attempt.connect(address);
        } catch (IOException | RuntimeException | Error e) {
            failed(address);
            throw e;
        }
    }

    // Closing the pool does not wait for a look-up. So its result is dropped when the pool was closed meanwhile.
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
        answer = found.stream().distinct().limit(MAX_ADDRESSES).toList();
        InetSocketAddress best = answer.get(0);
        long bestNumber = Long.MAX_VALUE;
        for (InetSocketAddress each : answer) {
            Failure failure = failures.get(each);
            if (failure == null || isExpired(failure)) {
                return each;
            }
            if (failure.number < bestNumber) {
                best = each;
                bestNumber = failure.number;
            }
        }
        return best;
    }

    private boolean isExpired(Failure failure) {
        return failure.number < verifiedAt && clock.getAsLong() - failure.nanos > FAILURE_EXPIRY.toNanos();
    }

    /** The address could not be connected to, refused the client, or lost its connection. Any thread. */
    synchronized void failed(InetSocketAddress address) {
        failures.remove(address);
        failures.put(address, new Failure(clock.getAsLong(), count++));
        if (failures.size() > MAX_ADDRESSES) {
            failures.remove(failures.keySet().iterator().next());
        }
    }

    /** An id was received on a connection to the address. Any thread. */
    synchronized void verified(InetSocketAddress address) {
        failures.remove(address);
        verifiedAt = count;
    }

    /** Whether every address of the last answer has failed since the last pause, so that the next pause is due. Any thread. */
    synchronized boolean exhausted() {
        boolean anyUntried = count - Math.max(0, pausedAt) < MAX_ATTEMPTS_WITHOUT_PAUSE
                && answer.stream().anyMatch(this::isUntried);
        if (!anyUntried) {
            pausedAt = count;
        }
        return !anyUntried;
    }

    private boolean isUntried(InetSocketAddress address) {
        Failure failure = failures.get(address);
        return failure == null || failure.number < pausedAt;
    }

    /** Whether another address than this one is known. Any thread. */
    synchronized boolean hasOther(InetSocketAddress address) {
        return answer.stream().anyMatch(each -> !each.equals(address))
                || failures.keySet().stream().anyMatch(each -> !each.equals(address));
    }

    /** Starts no further look-up, and drops the result of a running one. Any thread. */
    void close() {
        closed = true;
    }

    /** Whether the connector thread is in a look-up, which no interrupt ends. Any thread. */
    boolean isLookingUp() {
        return lookingUp;
    }
}
