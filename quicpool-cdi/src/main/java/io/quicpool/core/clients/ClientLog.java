package io.quicpool.core.clients;

import io.quicpool.core.report.PoolLog;
import java.util.concurrent.TimeUnit;

/**
 * Logs which clients connect and disconnect: the first few each second, then only their number. A client may connect
 * hundreds of times a second and must not fill the disk.
 */
final class ClientLog {

    /** Maximum lines a second. */
    static final int MAX_LINES = 10;

    private static final long PERIOD = TimeUnit.SECONDS.toNanos(1);

    private final PoolLog log;
    // Guarded by this.
    private long periodStart = System.nanoTime();
    private int lines;
    private long others;

    ClientLog(PoolLog log) {
        this.log = log;
    }

    /** Logs an event of one client, a sentence without the name of the pool. */
    void record(String what) {
        if (!countLine()) {
            return;
        }
        flush();
        log.info(what);
    }

    private synchronized boolean countLine() {
        if (System.nanoTime() - periodStart >= PERIOD) {
            periodStart = System.nanoTime();
            lines = 0;
        }
        if (lines < MAX_LINES) {
            lines++;
            return true;
        }
        others++;
        return false;
    }

    /** Logs how many events were not logged, at least a second later. Called in each periodic check. */
    void flush() {
        long count = takeOthers();
        if (count > 0) {
            log.info("clients connected or disconnected " + count + (count == 1 ? " more time" : " more times"));
        }
    }

    private synchronized long takeOthers() {
        // Wait for the first event of the next second, or for the end of this one.
        if (lines >= MAX_LINES && System.nanoTime() - periodStart < PERIOD) {
            return 0;
        }
        long count = others;
        others = 0;
        return count;
    }
}
