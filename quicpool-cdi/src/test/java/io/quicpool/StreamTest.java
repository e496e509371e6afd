package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.Pools;
import io.quicpool.testing.TestCertificates;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a taken stream promises. */
@Tag("contract")
class StreamTest {

    private final Pools pools = new Pools();
    private ServerPool server;
    private ClientPool client;

    @BeforeEach
    void open() {
        server = pools.server(s -> s.maxCapacity(4).maxStreamsPerConnection(8));
        client = pools.client(server, c -> c.capacity(4, 4).clientCertificate(TestCertificates.selfSigned("a client")));
        awaitIdle(client, 4);
    }

    @AfterEach
    void close() {
        pools.close();
    }

    @Test
    void knowsItsIdItsAddressesAndItsTlsSession() throws Exception {
        try (PooledStream there = server.take(SOON);
                PooledStream here = client.take(there.id(), SOON)) {
            assertThat(here.remoteAddress()).isEqualTo(server.localAddress());
            assertThat(there.remoteAddress()).isEqualTo(here.localAddress());
            assertThat(there.localAddress()).isEqualTo(server.localAddress());
            assertThat(here.tlsSession().protocol()).isEqualTo("TLSv1.3");
            assertThat(here.tlsSession().cipherSuite()).isEqualTo("TLS_AES_128_GCM_SHA256");
            assertThat(here.tlsSession().peerCertificates()).isEqualTo(Pools.CERTIFICATE.certificateChain());
            assertThat(there.tlsSession().cipherSuite()).isEqualTo("TLS_AES_128_GCM_SHA256");
            assertThat(there.tlsSession().peerCertificates()).isEmpty();
            assertThat(here.toString()).contains(here.id().toString(), "TAKEN", "client");
        }
    }

    @Test
    void aReadThatTimesOutEndsTheReceivingSideOnly() throws Exception {
        try (PooledStream there = server.take(SOON);
                PooledStream here = client.take(there.id(), SOON)) {
            there.outputStream().write(1);
            assertThat(here.inputStream().read()).isOne();
            here.readTimeout(Duration.ofMillis(100));
            assertThatThrownBy(() -> here.inputStream().read())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("nothing received within 100 ms")
                    .hasMessageContaining(here.id().toString());
            assertThatThrownBy(() -> here.inputStream().read()).isInstanceOf(SocketTimeoutException.class);
            here.outputStream().write(2);
            assertThat(there.inputStream().read()).isEqualTo(2);
        }
    }

    @Test
    void aWriteThatTakesTooLongResetsTheStream() throws Exception {
        try (PooledStream there = server.take(SOON);
                PooledStream here = client.take(there.id(), SOON)) {
            here.writeTimeout(Duration.ofMillis(200));
            // More than the peer lets this side send ahead.
            byte[] much = new byte[8 << 20];
            assertThatThrownBy(() -> here.outputStream().write(much))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("the peer accepted no more data within 200 ms");
            assertThatThrownBy(() -> here.outputStream().write(1)).isInstanceOf(SocketTimeoutException.class);
            assertThatThrownBy(() -> there.inputStream().readAllBytes()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void refusesANegativeTimeOutAndAnImpossibleCode() throws Exception {
        try (PooledStream stream = client.take(SOON)) {
            assertThatThrownBy(() -> stream.readTimeout(Duration.ofMillis(-1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("must not be negative");
            assertThatThrownBy(() -> stream.writeTimeout(Duration.ofMillis(-1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("must not be negative");
            assertThatThrownBy(() -> stream.reset(1L << 62)).hasMessageContaining("must be from 0 to 2^62-1");
            assertThatThrownBy(() -> stream.reset(-1)).hasMessageContaining("application error code = -1");
        }
    }

    @Test
    void closingDeliversWhatWasWrittenAndAnEnd() throws Exception {
        byte[] text = new byte[100_000];
        Arrays.fill(text, (byte) 'x');
        PooledStream there = server.take(SOON);
        try (PooledStream here = client.take(there.id(), SOON)) {
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
                try (there) {
                    there.outputStream().write(text);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(here.inputStream().readAllBytes()).isEqualTo(text);
            writer.get(SOON.toSeconds(), TimeUnit.SECONDS);
        }
        there.close();
    }

    /** The id travels another way, so it may come later than all data of the stream. */
    @Test
    void whatWasWrittenAndClosedBeforeTheOtherEndTakesTheStreamIsThere() throws Exception {
        for (int i = 0; i < 50; i++) {
            PooledStream there = server.take(SOON);
            byte[] text = new byte[1 + 2000 * i];
            there.outputStream().write(text);
            there.close();
            PooledStream next = server.take(SOON);
            allHasArrived(next, client.take(next.id(), SOON));
            try (PooledStream here = client.take(there.id(), SOON)) {
                assertThat(here.inputStream().readAllBytes()).isEqualTo(text);
            }
        }
    }

    @Test
    void whatAClientWroteAndClosedIsThere() throws Exception {
        for (int i = 0; i < 50; i++) {
            PooledStream here = client.take(SOON);
            here.inputStream().close();
            here.outputStream().write(i);
            here.close();
            PooledStream next = client.take(SOON);
            allHasArrived(server.take(next.id(), SOON), next);
            try (PooledStream there = server.take(here.id(), SOON)) {
                assertThat(there.inputStream().readAllBytes()).containsExactly(i);
            }
        }
    }

    // What one end sends, on whatever stream, arrives in the order of sending: nothing is lost on loopback.
    private static void allHasArrived(PooledStream there, PooledStream here) throws Exception {
        try (there;
                here) {
            there.outputStream().write(1);
            assertThat(here.inputStream().read()).isOne();
            here.outputStream().write(2);
            assertThat(there.inputStream().read()).isEqualTo(2);
        }
    }

    @Test
    void aPeerThatGoesOnWritingAfterTheEndIsToldToStop() throws Exception {
        PooledStream there = server.take(SOON);
        try (PooledStream here = client.take(there.id(), SOON)) {
            there.close();
            assertThat(here.inputStream().read()).isEqualTo(-1);
            here.outputStream().write(1);
            await().untilAsserted(() ->
                    assertThatThrownBy(() -> here.outputStream().write(1)).isInstanceOf(IOException.class));
        }
    }

    @Test
    void closingEndsAReadThatBlocks() throws Exception {
        PooledStream there = server.take(SOON);
        try (PooledStream here = client.take(there.id(), SOON)) {
            AtomicReference<Throwable> end = new AtomicReference<>();
            Thread reader = new Thread(() -> {
                try {
                    there.inputStream().read();
                } catch (IOException e) {
                    end.set(e);
                }
            });
            reader.start();
            await().until(() ->
                    reader.getState() == Thread.State.WAITING || reader.getState() == Thread.State.TIMED_WAITING);
            there.close();
            reader.join(SOON.toMillis());
            assertThat(end.get()).hasMessageContaining("receiving was stopped");
            assertThatThrownBy(() -> there.inputStream().read()).hasMessageContaining("receiving was stopped");
            assertThat(here.inputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void resettingEndsBothDirectionsAtOnce() throws Exception {
        PooledStream there = server.take(SOON);
        try (PooledStream here = client.take(there.id(), SOON)) {
            there.reset(77);
            assertThatThrownBy(() -> here.inputStream().read()).isInstanceOf(IOException.class);
            await().untilAsserted(() ->
                    assertThatThrownBy(() -> here.outputStream().write(1)).isInstanceOf(IOException.class));
        }
    }

    @Test
    void closingAlwaysGivesTheCreditBack() throws Exception {
        // The peer allows 8 streams at a time; whatever state a stream is closed in, the next can be opened.
        for (int i = 0; i < 60; i++) {
            PooledStream there = server.take(SOON);
            PooledStream here = client.take(there.id(), SOON);
            switch (i % 6) {
                case 0 -> here.outputStream().write(1);
                case 1 -> there.outputStream().write(new byte[3000]);
                case 2 -> here.outputStream().close();
                case 3 -> here.inputStream().close();
                case 4 -> there.reset(5);
                default -> here.reset(6);
            }
            here.close();
            there.close();
        }
        awaitIdle(client, 4);
        assertThat(server.snapshot().taken()).isZero();
        assertThat(client.snapshot().taken()).isZero();
        assertThat(client.snapshot().totals().connects()).isOne();
    }

    @Test
    void aLossOfTheConnectionEndsABlockedReadAndAWrite() throws Exception {
        PooledStream there = server.take(SOON);
        PooledStream here = client.take(there.id(), SOON);
        AtomicReference<Throwable> end = new AtomicReference<>();
        CountDownLatch reading = new CountDownLatch(1);
        Thread reader = new Thread(() -> {
            reading.countDown();
            try {
                here.inputStream().read();
            } catch (IOException e) {
                end.set(e);
            }
        });
        reader.start();
        reading.await();
        server.close();
        reader.join(SOON.toMillis());
        // The pool ends the streams that are in use before it closes the connections.
        assertThat(end.get())
                .isInstanceOf(IOException.class)
                .hasMessageMatching("Stream reset by peer.*|connection lost.*");
        await().untilAsserted(() -> assertThatThrownBy(() -> here.outputStream().write(1))
                .hasMessageContaining("connection lost: closed by the peer: pool closed"));
        here.close();
    }

    @Test
    void aWriterIsHeldUpByAReaderThatDoesNotRead() throws Exception {
        PooledStream there = server.take(SOON);
        PooledStream here = client.take(there.id(), SOON);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        int size = 4_000_000;
        try {
            var writing = executor.submit(() -> {
                try (OutputStream out = here.outputStream()) {
                    out.write(new byte[size]);
                }
                return null;
            });
            await().during(Duration.ofMillis(200)).until(() -> !writing.isDone());
            assertThat(there.inputStream().available()).isLessThanOrEqualTo(256 * 1024);
            // The other streams of the connection are not.
            try (PooledStream other = server.take(SOON);
                    PooledStream end = client.take(other.id(), SOON)) {
                assertThat(end.localAddress()).isEqualTo(here.localAddress());
                end.outputStream().write(7);
                assertThat(other.inputStream().read()).isEqualTo(7);
            }
            assertThat(there.inputStream().readAllBytes()).hasSize(size);
            writing.get(SOON.toSeconds(), TimeUnit.SECONDS);
        } finally {
            executor.shutdownNow();
        }
        here.close();
        there.close();
    }
}
