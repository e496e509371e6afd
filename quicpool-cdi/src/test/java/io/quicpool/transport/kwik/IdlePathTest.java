package io.quicpool.transport.kwik;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import io.quicpool.testing.Pools;
import io.quicpool.testing.Relay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.frame.PingFrame;
import tech.kwik.core.impl.Version;
import tech.kwik.core.packet.QuicPacket;
import tech.kwik.core.packet.ShortHeaderPacket;
import tech.kwik.core.send.SendItem;

/** Some pings are full datagrams, so that an idle connection notices a path that no longer carries those. */
@Timeout(90)
class IdlePathTest {

    private final Pools pools = new Pools();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger givenUp = new AtomicInteger();

    @AfterEach
    void close() {
        pools.close();
    }

    @Test
    void aPathThatCarriesTooLittleIsNoticedWhileAllStreamsAreIdle() throws Exception {
        ServerPool server = pools.server(s -> s.transport("kwik").keepAlive(Duration.ofSeconds(1)));
        try (Relay path = new Relay(server.localAddress())) {
            ClientPool client = pools.client(
                    "127.0.0.1:" + path.port(),
                    c -> c.transport("kwik").keepAlive(Duration.ofSeconds(1)).capacity(2, 2));
            awaitIdle(client, 2);
            path.largest(300);
            await().atMost(SOON).until(() -> !client.ready());
            await().atMost(SOON).until(() -> client.snapshot().totals().lost() > 0);
            await().atMost(SOON).until(() -> server.snapshot().totals().lost() > 0);
        }
    }

    private static List<SendItem> packet(long number) {
        QuicPacket packet =
                new ShortHeaderPacket(Version.getDefault(), new byte[4], new PingFrame(Version.QUIC_version_1));
        packet.setPacketNumber(number);
        return new ArrayList<>(List.of(new SendItem(packet)));
    }

    private static boolean lose(PathWatch watch, long number) {
        List<SendItem> sent = packet(number);
        watch.fill(sent);
        QuicPacket packet = sent.get(0).getPacket();
        sent.get(0).getPacketLostCallback().accept(packet);
        return packet.estimateLength(0) == SmallDatagrams.LARGEST;
    }

    @Test
    void onlyFullDatagramsThatAreLostAgainAndAgainEndIt() {
        // So short that each check is due.
        PathWatch watch = new PathWatch(Duration.ofNanos(1), asked::incrementAndGet, givenUp::incrementAndGet);
        for (int i = 0; i < 5; i++) {
            assertThat(lose(watch, i)).isTrue();
        }
        List<SendItem> sent = packet(5);
        watch.fill(sent);
        watch.acknowledged(new AckFrame(4));
        assertThat(watch.largest(false)).isLessThan(SmallDatagrams.LARGEST);
        watch.acknowledged(new AckFrame(5));
        assertThat(watch.largest(false)).isEqualTo(SmallDatagrams.LARGEST);
        for (int i = 6; i < 11; i++) {
            assertThat(lose(watch, i)).isTrue();
        }
        assertThat(givenUp).hasValue(0);
        assertThat(asked).hasPositiveValue();
        lose(watch, 11);
        assertThat(givenUp).hasValue(1);
    }
}
