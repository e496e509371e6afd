package io.quicpool.it.bench.small;

import io.quicpool.PooledStream;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Streams that one thread has taken. */
@State(Scope.Thread)
public class Kept {

    final PooledStream[] streams = new PooledStream[FullPool.TAKES];

    /** Ends them. */
    @TearDown(Level.Iteration)
    public void end() {
        for (int i = 0; i < streams.length; i++) {
            if (streams[i] != null) {
                streams[i].close();
                streams[i] = null;
            }
        }
    }
}
