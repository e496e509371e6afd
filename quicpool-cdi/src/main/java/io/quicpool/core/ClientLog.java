package io.quicpool.core;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;

/**
 * Says in the log which clients come and go: the first few in a second, of the others their number. Whoever may connect can do so
 * hundreds of times a second, and must not fill a disk with it.
 */
final class ClientLog {

    /** Lines in a second, at most. */
    static final int MOST = 10;

    private static final long PERIOD = TimeUnit.SECONDS.toNanos(1);

    private final String poolName;
    private final Logger log;
    // Guarded by this.
    private long begin = System.nanoTime();
    private int told;
    private long others;

    ClientLog(String poolName, Logger log) {
        this.poolName = poolName;
        this.log = log;
    }

    /** Something about one client: a sentence without the pool's name. */
    void tell(String what) {
        if (!isToBeTold()) {
            return;
        }
        flush();
        log.log(Level.INFO, "{0}: {1}", poolName, what);
    }

    private synchronized boolean isToBeTold() {
        if (System.nanoTime() - begin >= PERIOD) {
            begin = System.nanoTime();
            told = 0;
        }
        if (told < MOST) {
            told++;
            return true;
        }
        others++;
        return false;
    }

    /** Tells how many were not told, a second later or more. Now and then. */
    void flush() {
        long count = takeOthers();
        if (count > 0) {
            log.log(Level.INFO, "{0}: {1} more times a client has come or gone", poolName, Long.toString(count));
        }
    }

    private synchronized long takeOthers() {
        // With the first of the next second, or when that is over without one.
        if (told >= MOST && System.nanoTime() - begin < PERIOD) {
            return 0;
        }
        long count = others;
        others = 0;
        return count;
    }
}
