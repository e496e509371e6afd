package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The client's half of docs/protocol.md against servers that break it: that costs the stream, never the connection. */
@Tag("contract")
class ClientProtocolTest {

    /** Short, for ids that never come. On a slow machine a real id may be late too; then a later one is in time. */
    private static final Duration IMPATIENT = Duration.ofSeconds(2);

    private interface Answer {
        void to(EngineStream stream, int number) throws IOException;
    }

    private final Pools pools = new Pools();
    private final AtomicInteger count = new AtomicInteger();
    private Answer answer = (stream, number) -> {};
    private final RawPeer raw = new RawPeer(this::accepted);

    @AfterEach
    void close() {
        pools.close();
        raw.close();
    }

    private void accepted(EngineStream stream) {
        stream.whenReadable(1, () -> {
            try {
                assertThat(stream.input().read()).isZero();
                answer.to(stream, count.getAndIncrement());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private ClientPool client(int maxStreams, Answer behaviour) throws IOException {
        return client(maxStreams, SOON, behaviour);
    }

    private ClientPool client(int maxStreams, Duration idTimeout, Answer behaviour) throws IOException {
        answer = behaviour;
        int port = raw.listen(maxStreams).localAddress().getPort();
        return pools.client("127.0.0.1:" + port, c -> c.capacity(1, 1)
                .interval(Duration.ofMillis(50), Duration.ofMillis(50))
                .idTimeout(idTimeout));
    }

    private static void id(EngineStream stream, int value) throws IOException {
        stream.output().write(new StreamId(value).toBytes());
    }

    // The first streams go wrong, a later one goes well on the same connection.
    private void assertOnlyTheStreamFails(ClientPool client, String error) {
        awaitIdle(client, 1);
        assertThat(raw.connections).hasSize(1);
        PoolSnapshot now = client.snapshot();
        assertThat(now.errors()).isPositive();
        assertThat(now.totals().failed()).isPositive();
        assertThat(now.lastError()).contains(error);
        assertThat(now.totals().lost()).isZero();
    }

    @Test
    void aShortId() throws Exception {
        ClientPool client = client(100, (stream, number) -> {
            if (number < 2) {
                stream.output().write(new byte[] {1, 2});
                stream.output().close();
            } else {
                id(stream, number);
            }
        });
        assertOnlyTheStreamFails(client, "ended the stream before its id");
    }

    @Test
    void anIdThatNeverComes() throws Exception {
        ClientPool client = client(100, IMPATIENT, (stream, number) -> {
            if (number > 0) {
                id(stream, number);
            }
        });
        assertOnlyTheStreamFails(client, "no id within 2000 ms");
    }

    @Test
    void anIdThatComesTooLate() throws Exception {
        AtomicReference<EngineStream> late = new AtomicReference<>();
        ClientPool client = client(100, IMPATIENT, (stream, number) -> {
            if (number == 0) {
                late.set(stream);
                return;
            }
            if (number == 1) {
                // It wants one stream, so it has evicted the first when it opens the second.
                try {
                    id(late.get(), 77);
                } catch (IOException reset) {
                    // The client may have reset it by now.
                }
            }
            id(stream, number);
        });
        assertOnlyTheStreamFails(client, "no id within 2000 ms");
        assertThatThrownBy(() -> client.take(new StreamId(77), Duration.ofMillis(50)))
                .isInstanceOf(PoolTimeoutException.class);
        try (PooledStream stream = client.take(SOON)) {
            // The second, or on a busy machine one of those after it.
            assertThat(stream.id().value()).isPositive().isNotEqualTo(77);
        }
    }

    @Test
    void aStreamThatIsClosedWithoutAnId() throws Exception {
        // A full Go server does this.
        ClientPool client = client(100, (stream, number) -> {
            if (number < 2) {
                stream.output().close();
            } else {
                id(stream, number);
            }
        });
        assertOnlyTheStreamFails(client, "before its id");
    }

    @Test
    void aStreamThatIsResetInsteadOfAnId() throws Exception {
        ClientPool client = client(100, (stream, number) -> {
            if (number < 2) {
                stream.reset(StreamErrors.SERVER_FULL);
            } else {
                id(stream, number);
            }
        });
        assertOnlyTheStreamFails(client, "before its id");
    }

    @Test
    void anIdByteByByte() throws Exception {
        ClientPool client = client(100, (stream, number) -> {
            for (byte each : new StreamId(0x01020304).toBytes()) {
                stream.output().write(each);
            }
        });
        awaitIdle(client, 1);
        try (PooledStream stream = client.take(SOON)) {
            assertThat(stream.id()).hasToString("01020304");
        }
    }

    @Test
    void anIdThatItAlreadyHolds() throws Exception {
        ClientPool client = client(100, (stream, number) -> id(stream, number < 3 ? 5 : number));
        try (PooledStream held = client.take(SOON)) {
            assertThat(held.id()).isEqualTo(new StreamId(5));
            assertOnlyTheStreamFails(client, "gave the id 00000005 twice");
        }
    }

    @Test
    void bytesAfterTheIdAreKeptUntilTheStreamIsTaken() throws Exception {
        ClientPool client = client(100, (stream, number) -> {
            id(stream, 9);
            stream.output().write(new byte[] {42, 43});
        });
        try (PooledStream stream = client.take(new StreamId(9), SOON)) {
            assertThat(stream.inputStream().readNBytes(2)).containsExactly(42, 43);
        }
    }

    @Test
    void noMoreStreamsAreOpenedThanThePeerAllows() throws Exception {
        answer = ClientProtocolTest::id;
        int port = raw.listen(3).localAddress().getPort();
        ClientPool client = pools.client(
                "127.0.0.1:" + port, c -> c.capacity(10, 10).interval(Duration.ofMillis(20), Duration.ofMillis(20)));
        // Netty has no PING, and keeps one stream for it.
        int most = Pools.CLIENT_ENGINE.equals("netty") ? 2 : 3;
        awaitIdle(client, most);
        assertThat(client.snapshot().totals().failed()).isZero();
        assertThat(client.errorCount()).isZero();
        // A stream that ends gives its credit back, and the pool opens another.
        client.take(SOON).close();
        raw.connections.forEach(connection -> assertThat(connection.alive()).isTrue());
        assertThat(count).hasValue(most);
    }

    @Test
    void streamsThatTheServerOpensAreRefused() throws Exception {
        ClientPool client = client(100, ClientProtocolTest::id);
        awaitIdle(client, 1);
        assertThat(raw.connections.element().credit()).isZero();
        await().during(Duration.ofMillis(100)).until(client::ready);
    }
}
