package io.quicpool.it.bench.small;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Bytes that the calling thread allocates for a call. The gc profiler of JMH counts all threads of the process, also those that fill the
 * pool between two iterations.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class CallerBytes {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** For JMH: bytes, over all calls of all threads. */
    public long callerBytes;

    /** For JMH: calls, of all threads. */
    public long calls;

    private long before;

    void begin() {
        before = THREADS.getCurrentThreadAllocatedBytes();
    }

    void end(int times) {
        callerBytes += THREADS.getCurrentThreadAllocatedBytes() - before;
        calls += times;
    }
}
