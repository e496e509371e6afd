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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tech.kwik.core.frame.AckFrame;

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

    private static boolean lose(PathWatch watch, long number) {
        boolean full = watch.track(number);
        watch.lost(number);
        return full;
    }

    @Test
    void onlyFullDatagramsThatAreLostAgainAndAgainEndIt() {
        // So short that each check is due.
        PathWatch watch = new PathWatch(Duration.ofNanos(1), asked::incrementAndGet, givenUp::incrementAndGet);
        for (int i = 0; i < 5; i++) {
            assertThat(lose(watch, i)).isTrue();
        }
        assertThat(watch.track(5)).isTrue();
        // One at a time.
        assertThat(watch.track(6)).isFalse();
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
