package io.quicpool.transport;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.EachEngine;
import io.quicpool.testing.Engines;
import io.quicpool.testing.RawPeer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** What two threads may do at a time to a stream, over each engine. */
class WriteAndCloseTest {

    private static final int TIMES = 100;

    /** Before a FIN comes everything whose write has returned. */
    @EachEngine
    void aWriteBesideTheCloseIsSentOrFails(String engine) throws Exception {
        BlockingQueue<Integer> received = new LinkedBlockingQueue<>();
        Transport transport = Engines.named(engine);
        try (RawPeer server = new RawPeer(stream -> readAll(stream, received), transport, transport);
                RawPeer client = new RawPeer(stream -> {}, transport, transport)) {
            Connection connection = client.connect(server.listen(100).localAddress());
            for (int i = 0; i < TIMES; i++) {
                await().until(() -> connection.credit() > 0);
                EngineStream stream = RawPeer.open(connection, 0);
                CountDownLatch begun = new CountDownLatch(1);
                Thread closing = new Thread(() -> {
                    try {
                        begun.await();
                    } catch (InterruptedException e) {
                        return;
                    }
                    for (int n = ThreadLocalRandom.current().nextInt(20_000); n > 0; n--) {
                        Thread.onSpinWait();
                    }
                    stream.close();
                });
                closing.start();
                int written = 1;
                try {
                    begun.countDown();
                    while (true) {
                        stream.output().write(new byte[16]);
                        written += 16;
                    }
                } catch (IOException closed) {
                    closing.join();
                }
                assertThat(received.poll(SOON.toSeconds(), TimeUnit.SECONDS))
                        .as("bytes of stream %s", i)
                        .isEqualTo(written);
            }
            assertThat(connection.awaitDelivered(SOON, SOON)).isTrue();
        }
    }

    private static void readAll(EngineStream stream, BlockingQueue<Integer> received) {
        new Thread(() -> {
                    try {
                        received.add(stream.input().readAllBytes().length);
                        stream.close();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .start();
    }

    /** A pool may ask when the connection and its threads have ended already. */
    @EachEngine
    void aStreamOfAConnectionThatHasEndedSaysSo(String engine) throws Exception {
        Transport transport = Engines.named(engine);
        try (RawPeer server = new RawPeer(stream -> {}, transport, transport);
                RawPeer client = new RawPeer(stream -> {}, transport, transport)) {
            Connection connection = client.connect(server.listen(10).localAddress());
            EngineStream stream = RawPeer.open(connection, 0);
            connection.close(0, "closed");
            assertThat(connection.awaitClosed(SOON)).isTrue();
            AtomicBoolean ended = new AtomicBoolean();
            stream.whenEnded(() -> ended.set(true));
            await().untilTrue(ended);
        }
    }
}
