package io.quicpool.transport.kwik;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.testing.RawPeer;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.EngineEvents;
import io.quicpool.transport.Listener;
import io.quicpool.transport.ListenerEvents;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A server's connection that is given up while its handshake completes, on another thread. */
class GivenUpTest {

    private final CountDownLatch completing = new CountDownLatch(1);
    private final AtomicBoolean slow = new AtomicBoolean();
    private final AtomicBoolean givenUp = new AtomicBoolean();

    private final ListenerEvents events = new ListenerEvents() {

        @Override
        public ConnectionEvents connected(Connection connection) {
            return EngineEvents.REJECT_ALL;
        }

        // kwik's listener asks for each ClientHello, then once the handshake is complete.
        @Override
        public int maxStreams(boolean includingInUse) {
            boolean complete = Arrays.stream(new Throwable().getStackTrace())
                    .anyMatch(frame -> frame.getMethodName().equals("createConnection"));
            if (complete) {
                completing.countDown();
                // Giving up interrupts this thread.
                boolean interrupted = false;
                while (!givenUp.get()) {
                    interrupted |= Thread.interrupted();
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                }
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
            return 10;
        }

        @Override
        public void ignored(InetSocketAddress client, Ignored why) {
            slow.compareAndSet(false, why == Ignored.SLOW);
        }
    };

    /** It would be kept for ever, and closing the listener would wait for it. */
    @Test
    void itIsFreed() throws Exception {
        // One handshake at a time: then it may take no longer than 2 s.
        Listener listener = new KwikTransport()
                .listen(RawPeer.listenSpec("given-up", 0, 10, s -> s.maxPendingHandshakes(1)), events);
        try (RawPeer client = new RawPeer(stream -> {}, new KwikTransport(), new KwikTransport())) {
            Thread connecting = new Thread(() -> {
                try {
                    client.connect(listener.localAddress());
                } catch (IOException | InterruptedException expected) {
                    // It may learn of the end, or not.
                }
            });
            connecting.start();
            assertThat(completing.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            while (!slow.get()) {
                listener.sweep();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
            givenUp.set(true);
            connecting.interrupt();
            connecting.join();
        } finally {
            givenUp.set(true);
            assertThat(listener.close(SOON)).isTrue();
        }
    }
}
