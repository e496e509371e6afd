package io.quicpool.cdi;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import io.quicpool.testing.Pools;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a pool counts as ready, by a clock that the test moves. */
class ReadinessGraceTest {

    private final Pools pools = new Pools();
    // Close to where nano times wrap around.
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 10);
    private final ReadinessGrace grace = new ReadinessGrace(Duration.ofSeconds(5), clock::get);

    @AfterEach
    void close() {
        pools.close();
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @Test
    void beginsWithTheLossAndEndsWithTheReturn() {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c);
        Pools.awaitIdle(client, 8);
        assertThat(grace.isUp(client)).isTrue();
        client.suspend();
        grace.peerLost(client, "test");
        pass(Duration.ofMillis(4999));
        assertThat(grace.isUp(client)).isTrue();
        pass(Duration.ofMillis(1));
        assertThat(grace.isUp(client)).isFalse();
        client.resume();
        assertThat(grace.isUp(client)).isTrue();
        client.suspend();
        assertThat(grace.isUp(client)).isTrue();
        pass(Duration.ofSeconds(5));
        assertThat(grace.isUp(client)).isFalse();
    }

    @Test
    void aPoolThatWasReadyBetweenTwoChecksHasAGracePeriod() {
        ClientPool client = pools.client("127.0.0.1:9", c -> c);
        assertThat(grace.isUp(client)).isFalse();
        pass(Duration.ofSeconds(60));
        // It became ready and lost its peer between two checks.
        grace.ready(client);
        grace.peerLost(client, "test");
        assertThat(grace.isUp(client)).isTrue();
        pass(Duration.ofSeconds(5));
        assertThat(grace.isUp(client)).isFalse();
    }
}
