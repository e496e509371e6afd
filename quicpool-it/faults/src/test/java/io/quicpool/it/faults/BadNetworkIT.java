package io.quicpool.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import io.quicpool.testing.Pools;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A network that loses, delays, duplicates, damages and reorders: every answer is complete and on the right stream. */
@Scenario
class BadNetworkIT {

    private static final Duration TIME = Duration.ofSeconds(5);
    /** From here on so many are lost that a connection may be lost too. */
    private static final double VERY_BAD = 0.2;

    private static final int CALLERS = 4;
    private static final int LENGTH = 3000;

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    @Test
    void onePercentIsLost() throws Exception {
        run("1 % lost", Faults.NONE.losing(0.01));
    }

    @Test
    void fivePercentAreLost() throws Exception {
        run("5 % lost", Faults.NONE.losing(0.05));
    }

    @Test
    void twentyPercentAreLost() throws Exception {
        run("20 % lost", Faults.NONE.losing(0.2));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void delayedBy200Milliseconds() throws Exception {
        run("200 ms each way", Faults.NONE.delaying(Duration.ofMillis(200), Duration.ZERO));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void jitterAndOvertaking() throws Exception {
        run(
                "5 to 15 ms each way, 10 % overtaken",
                Faults.NONE
                        .delaying(Duration.ofMillis(5), Duration.ofMillis(10))
                        .reordering(0.1));
    }

    @Test
    void doubledAndDamaged() throws Exception {
        run("10 % doubled, 2 % damaged", Faults.NONE.doubling(0.1).damaging(0.02));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aSlowLine() throws Exception {
        run("200 kB/s each way", Faults.NONE.limitedTo(200_000));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void everythingAtOnce() throws Exception {
        run(
                "3 % lost, 3 % doubled, 1 % damaged, 5 % overtaken, 10 to 20 ms each way",
                Faults.NONE
                        .losing(0.03)
                        .doubling(0.03)
                        .damaging(0.01)
                        .reordering(0.05)
                        .delaying(Duration.ofMillis(10), Duration.ofMillis(10)));
    }

    private void run(String what, Faults faults) throws Exception {
        Ledger served = new Ledger();
        ServerPool server = pools.server(s -> s);
        try (FaultProxy proxy = new FaultProxy(server.localAddress(), Scenario.SEED)) {
            ClientPool client = pools.client("127.0.0.1:" + proxy.address().getPort(), c -> c.capacity(16, 64));
            Pools.awaitIdle(client, 16);
            proxy.both(faults);
            // The two sides take first in turn.
            Traffic led = Traffic.led(server, client, CALLERS, LENGTH);
            Clock.pass(TIME.dividedBy(2));
            led.close();
            server.serve(stream -> Traffic.answer(stream, served));
            String ledCounts = proxy.counts();
            proxy.restartCounting();
            Traffic asking = Traffic.of(client, CALLERS, LENGTH);
            Clock.pass(TIME.dividedBy(2));
            asking.close();
            Report.row(what + ", server-led", ledCounts, led.ledger);
            Report.row(what + ", client-led", proxy.counts(), asking.ledger);
            led.assertNothingWrong();
            asking.assertNothingWrong();
            assertThat(served.examples()).isEmpty();
            long lost = client.snapshot().totals().lost();
            assertThat(faults.loss() >= VERY_BAD || lost == 0)
                    .as("connections lost: " + lost)
                    .isTrue();
            for (Ledger each : new Ledger[] {led.ledger, asking.ledger}) {
                assertThat(each.answered.sum()).as("answered: " + each).isPositive();
                // Only the loss of a connection may end a stream.
                assertThat(each.cut.sum() == 0 || lost > 0)
                        .as(each + ", connections lost " + lost)
                        .isTrue();
            }
        }
    }
}
