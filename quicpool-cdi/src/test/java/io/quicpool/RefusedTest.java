package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.LogOf;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What exceeds a limit is counted and logged: the cases that no other test has. See also {@code CutOffTest}, {@link
 * ServerProtocolTest}, {@link OneAddressTest}, {@link SilentStreamsTest}.
 */
@Tag("contract")
class RefusedTest {

    private static final int HELLO = 0;
    private static final int STREAMS = 50;
    // As many as a client opens at a time.
    private static final int OF_A_FLUSH = 128;
    // Of both engines.
    private static final int MAX_HALF_CLOSED = 4096;

    private final Pools pools = new Pools();
    private final RawPeer raw = new RawPeer();
    private final LogOf log = new LogOf("io.quicpool");

    @AfterEach
    void close() {
        log.close();
        raw.close();
        pools.close();
    }

    private void assertCounted(ServerPool server, String reason, long least, String told) {
        await().atMost(SOON).untilAsserted(() -> assertThat(
                        server.snapshot().totals().refused().get(reason))
                .isGreaterThanOrEqualTo(least));
        await().atMost(SOON).until(() -> log.has(told));
    }

    /** Each is a failure at once, not only when its hello is late. As many as a flush may reset are allowed. */
    @Test
    void streamsThatAreResetBeforeTheirHello() throws Exception {
        ServerPool server = pools.server(s -> s);
        Connection connection = raw.connect(server.localAddress());
        for (int i = 0; i < OF_A_FLUSH + STREAMS; i++) {
            RawPeer.open(connection).reset(9);
        }
        assertCounted(server, "no-hello", STREAMS, "resets streams before their hello");
        assertThat(server.snapshot().totals().refused()).containsEntry("no-hello", (long) STREAMS);
    }

    /** A client that gets ids may flush again. */
    @Test
    void anIdStartsTheCountOfResetStreamsAgain() throws Exception {
        ServerPool server = pools.server(s -> s);
        Connection connection = raw.connect(server.localAddress());
        for (int flush = 1; flush <= 2; flush++) {
            for (int i = 0; i < OF_A_FLUSH; i++) {
                RawPeer.open(connection).reset(9);
            }
            long resets = (long) flush * OF_A_FLUSH;
            await().atMost(SOON).until(() -> server.snapshot().totals().failed() == resets);
            RawPeer.open(connection, HELLO).input().readNBytes(StreamId.BYTES);
        }
        assertThat(server.snapshot().totals().refused()).containsEntry("no-hello", 0L);
    }

    /** Clients over Netty ping this way. */
    @Test
    void aStreamThatEndsWithoutAHelloIsAPing() throws Exception {
        ServerPool server = pools.server(s -> s);
        Connection connection = raw.connect(server.localAddress());
        for (int i = 0; i < STREAMS; i++) {
            RawPeer.open(connection).close();
        }
        EngineStream last = RawPeer.open(connection, HELLO);
        last.input().readNBytes(StreamId.BYTES);
        await().atMost(SOON).until(() -> server.snapshot().opening() == 0);
        assertThat(server.snapshot().totals().refused().values()).containsOnly(0L);
    }

    @Test
    void streamsWhoseClientDoesNotEndThem() throws Exception {
        ServerPool server =
                pools.server(s -> s.maxStreamsPerConnection(3 * MAX_HALF_CLOSED).maxCapacity(64));
        server.serve(stream -> assertThat(stream.inputStream().read()).isOne());
        Connection connection = raw.connect(server.localAddress(), SOON);
        List<EngineStream> open = new ArrayList<>();
        // Some more than that: on a busy machine a stream may be refused, which ends it.
        for (int i = 0; i < 2 * MAX_HALF_CLOSED; i++) {
            EngineStream stream = RawPeer.open(connection, HELLO, 1);
            open.add(stream);
            if (i % STREAMS == 0) {
                stream.input().readAllBytes();
                if (server.snapshot().totals().refused().getOrDefault("half-closed", 0L) > 0) {
                    break;
                }
            }
        }
        assertCounted(server, "half-closed", 1, "it does not end streams");
        assertThat(open).isNotEmpty();
    }
}
