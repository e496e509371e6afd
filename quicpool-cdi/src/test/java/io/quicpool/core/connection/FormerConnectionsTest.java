package io.quicpool.core.connection;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.core.threads.PoolThreads;
import io.quicpool.testing.UnacknowledgedConnection;
import io.quicpool.transport.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server that comes and goes and acknowledges nothing makes a client keep few of its connections. */
class FormerConnectionsTest {

    private static final int MORE = 12;

    private final PoolThreads threads = new PoolThreads("test");
    private final FormerConnections former = new FormerConnections(threads);
    private final List<UnacknowledgedConnection> connections = IntStream.range(0, FormerConnections.MAX_CLOSING + MORE)
            .mapToObj(i -> new UnacknowledgedConnection())
            .toList();

    @AfterEach
    void close() throws InterruptedException {
        connections.forEach(each -> each.close(0, "test over"));
        threads.close(SOON);
    }

    private long closed() {
        return connections.stream().filter(UnacknowledgedConnection::isClosed).count();
    }

    @Test
    void theOldestAreClosedWhenTooManyWaitForAcknowledgements() throws InterruptedException {
        for (UnacknowledgedConnection each : connections) {
            former.drain(each);
            former.check(any -> false);
        }
        assertThat(closed()).isEqualTo(MORE);
        assertThat(connections.subList(0, MORE)).allMatch(UnacknowledgedConnection::isClosed);
        former.check(any -> false);
        assertThat(former.size()).isEqualTo(FormerConnections.MAX_CLOSING);
        assertThat(former.awaitReleased(Deadline.after(Duration.ZERO))).isFalse();
        connections.forEach(UnacknowledgedConnection::acknowledge);
        await().until(() -> closed() == connections.size());
        assertThat(former.awaitReleased(Deadline.after(Duration.ofSeconds(1)))).isTrue();
    }

    @Test
    void oneThatIsInUseIsKept() {
        connections.forEach(former::drain);
        former.check(any -> true);
        assertThat(closed()).isZero();
        assertThat(former.draining()).hasSize(connections.size());
    }
}
