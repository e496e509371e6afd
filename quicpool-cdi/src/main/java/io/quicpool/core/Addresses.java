package io.quicpool.core;

import io.quicpool.transport.Connection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * The addresses of a target, looked up at each attempt to connect. An attempt tries one of them; when it fails, the next attempt
 * tries the next, so that one that is dead costs an attempt and no more.
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

    private final Lookup lookup;
    // Attempts are made one after the other, on the pool's connector thread.
    private int failed;

    Addresses(Lookup lookup) {
        this.lookup = lookup;
    }

    Connection connect(Attempt attempt) throws IOException, InterruptedException {
        List<InetSocketAddress> all = lookup.addresses();
        InetSocketAddress address = all.get(Math.floorMod(failed, all.size()));
        if (address.isUnresolved()) {
            throw new IOException("the resolver gave an address that is not resolved: " + address);
        }
        try {
            return attempt.connect(address);
        } catch (IOException | RuntimeException e) {
            failed++;
            throw e;
        }
    }
}
