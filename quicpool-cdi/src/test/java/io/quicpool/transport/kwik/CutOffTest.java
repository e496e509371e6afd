package io.quicpool.transport.kwik;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ServerPool;
import io.quicpool.testing.EachEngine;
import io.quicpool.testing.Engines;
import io.quicpool.testing.LogOf;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.transport.EngineEvents;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.frame.CryptoFrame;
import tech.kwik.core.frame.DatagramFrame;
import tech.kwik.core.frame.HandshakeDoneFrame;
import tech.kwik.core.frame.MaxStreamDataFrame;
import tech.kwik.core.frame.MaxStreamsFrame;
import tech.kwik.core.frame.NewConnectionIdFrame;
import tech.kwik.core.frame.NewTokenFrame;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.frame.Range;
import tech.kwik.core.frame.ResetStreamFrame;
import tech.kwik.core.frame.RetireConnectionIdFrame;
import tech.kwik.core.frame.StopSendingFrame;
import tech.kwik.core.frame.StreamFrame;
import tech.kwik.core.impl.Version;

/** Both engines close a connection for violations of its client. It is counted once and logged. */
@Tag(EachEngine.TAG)
class CutOffTest {

    private static final Version V1 = Version.QUIC_version_1;
    private static final byte[] ID = {1, 2, 3, 4, 5, 6, 7, 8};
    // One that only the server may open, and one that is far beyond the credit.
    private static final int SERVERS = 1;
    private static final int TOO_MANY = 4 << 20;

    private static final Map<String, List<QuicFrame>> FRAMES = Map.ofEntries(
            Map.entry("ACK of what was never sent", List.of(new AckFrame(new Range(5000L)))),
            Map.entry("ACK of what was never sent, far ahead", List.of(new AckFrame(new Range(1L << 40)))),
            Map.entry("CRYPTO after the handshake", List.of(new CryptoFrame(V1, new byte[] {20, 0, 0, 1, 0}))),
            Map.entry("HANDSHAKE_DONE", List.of(new HandshakeDoneFrame(V1))),
            Map.entry("NEW_TOKEN", List.of(new NewTokenFrame(new byte[100]))),
            Map.entry("DATAGRAM", List.of(new DatagramFrame(new byte[10]))),
            Map.entry("MAX_STREAMS beyond all numbers", List.of(new MaxStreamsFrame((1L << 60) + 1, true))),
            Map.entry("MAX_STREAM_DATA of a stream of its own", List.of(new MaxStreamDataFrame(SERVERS, 1000))),
            Map.entry("STOP_SENDING of a stream of the server's", List.of(new StopSendingFrame(V1, SERVERS, 0L))),
            Map.entry("STREAM of the server's", List.of(new StreamFrame(SERVERS, new byte[1], false))),
            Map.entry("STREAM beyond the credit", List.of(new StreamFrame(TOO_MANY, new byte[1], false))),
            Map.entry("STREAM beyond the window", List.of(new StreamFrame(V1, 0, 1L << 40, new byte[1], false))),
            Map.entry("RESET_STREAM beyond the credit", List.of(new ResetStreamFrame(TOO_MANY, 0, 0))),
            Map.entry("RESET_STREAM beyond the window", List.of(new ResetStreamFrame(0, 0, 1L << 40))),
            Map.entry(
                    "another end",
                    List.of(
                            new StreamFrame(V1, 0, 1, new byte[10], true),
                            new StreamFrame(V1, 0, 1, new byte[20], true))),
            Map.entry("RETIRE_CONNECTION_ID of one never given", List.of(new RetireConnectionIdFrame(V1, 5000))),
            Map.entry(
                    "NEW_CONNECTION_ID that retires what is to come", List.of(new NewConnectionIdFrame(V1, 3, 5, ID))));

    private final Pools pools = new Pools();
    private final LogOf log = new LogOf("io.quicpool");

    @AfterEach
    void close() {
        log.close();
        pools.close();
    }

    static Stream<Arguments> all() {
        return Engines.names().stream()
                .flatMap(engine -> FRAMES.keySet().stream().sorted().map(what -> Arguments.of(engine, what)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("all")
    void isCountedOnceAndLogged(String engine, String what) throws Exception {
        ServerPool server = pools.server(s -> s.transport(engine));
        KwikConnection client = (KwikConnection)
                new KwikTransport().connect(RawPeer.spec(server.localAddress(), "np-quic"), EngineEvents.REJECT_ALL);
        RawPeer.open(client, 0).input().readNBytes(4);
        Objects.requireNonNull(FRAMES.get(what)).forEach(frame -> client.quic().send(frame, lost -> {}, true));
        await().atMost(SOON).until(() -> server.snapshot().totals().lost() == 1 && refused(server) > 0);
        assertThat(refused(server)).isOne();
        await().atMost(SOON).until(() -> log.has("refused "));
        assertThat(log.lines("refused ")).hasSize(1);
        client.close(0, "test over");
        client.awaitClosed(SOON);
    }

    private static long refused(ServerPool server) {
        return server.snapshot().totals().refused().getOrDefault("violation", -1L);
    }
}
