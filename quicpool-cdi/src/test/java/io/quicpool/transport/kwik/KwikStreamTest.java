package io.quicpool.transport.kwik;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.testing.Crowd;
import io.quicpool.testing.RawPeer;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a stream of kwik finds out what can be read. */
class KwikStreamTest {

    private static final int ROUNDS = 100_000;
    private static final int MAX_SPINS = 10_000;

    private final RawPeer peer = new RawPeer();
    private final AtomicInteger arrived = new AtomicInteger();

    @AfterEach
    void close() {
        peer.close();
    }

    /**
     * Frames of a new stream are replayed on kwik's callback thread while the receiver shows the next ones. If the later of two frames
     * were forgotten, nobody would wait for its data, and a stream that a client has written on would stay idle.
     */
    @Test
    void aFrameThatIsReplayedHidesNoLaterFrame() throws Exception {
        KwikStream stream =
                (KwikStream) RawPeer.open(peer.connect(peer.listen(10).localAddress()));
        AtomicInteger threads = new AtomicInteger();
        Callable<Integer> thread = () -> {
            int number = threads.getAndIncrement();
            int hidden = 0;
            for (int round = 1; round <= ROUNDS; round++) {
                meet(4 * round - 2);
                stream.onData(2L * round + number);
                meet(4 * round);
                hidden += stream.seenUpTo() < 2L * round + 1 ? 1 : 0;
            }
            return hidden;
        };
        assertThat(Crowd.of(2, 2, thread)).containsOnly(0);
    }

    // Both go on at the same time, if both have a processor.
    private void meet(int all) {
        arrived.incrementAndGet();
        for (int spins = 0; arrived.get() < all; spins++) {
            if (spins < MAX_SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(1);
            }
        }
    }
}
