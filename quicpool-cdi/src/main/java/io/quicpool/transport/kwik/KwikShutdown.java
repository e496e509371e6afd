package io.quicpool.transport.kwik;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import tech.kwik.core.impl.QuicConnectionImpl;

/** Waits until a closed connection of kwik is done, and ends the thread that it leaves behind. */
final class KwikShutdown {

    private static final long LONGEST = TimeUnit.SECONDS.toNanos(10);
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(2);

    private KwikShutdown() {}

    // kwik has no event for the end of closing or draining, so this looks every other millisecond, for as long as it
    // takes kwik to do so: three probe time-outs.
    static void await(QuicConnectionImpl connection) throws InterruptedException {
        long start = System.nanoTime();
        while (!KwikInternals.ended(connection) && System.nanoTime() - start < LONGEST) {
            LockSupport.parkNanos(PAUSE);
        }
        KwikInternals.endCallbacks(connection, Duration.ofSeconds(1));
    }
}
