package io.quicpool.core.connection;

import io.quicpool.testing.FakeConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** How a client pool reconnects to one target, by the pool's own rules, for a model in virtual time. */
public final class ModelTarget {

    /** Which part of the rules is left out, to see what it does. */
    public enum Rules {
        AS_THE_POOL,
        /** The same pauses on average, and the same for all clients. */
        NO_JITTER,
        /** Each pause is as long as the first. */
        NO_GROWTH
    }

    private final Rules rules;
    private final DoubleSupplier random;
    private final Addresses addresses;
    private final Backoff backoff;
    private InetSocketAddress current = FakeConnection.ADDRESS;

    public ModelTarget(Rules rules, DoubleSupplier random, Addresses.Lookup lookup, LongSupplier clock) {
        this.rules = rules;
        this.random = rules == Rules.NO_JITTER ? () -> 0.5 : random;
        this.addresses = new Addresses(lookup, clock);
        this.backoff = new Backoff(this.random);
    }

    /** The address for the next attempt. */
    public InetSocketAddress next() {
        try {
            // What comes of it is told later, in virtual time.
            current = addresses.connect(FakeConnection::new).remoteAddress();
            return current;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The attempt, or the connection, is over. Returns the pause before the next one. */
    public Duration failed() {
        addresses.failed(current);
        return (rules == Rules.NO_GROWTH ? new Backoff(random) : backoff).next(addresses.exhausted());
    }

    /** The connection gave ids for this time and was lost. Returns the pause before the next attempt. */
    public Duration lost(Duration verifiedFor) {
        backoff.resetIfLasted(verifiedFor);
        return failed();
    }

    /** An id came. */
    public void verified() {
        addresses.verified(current);
    }
}
