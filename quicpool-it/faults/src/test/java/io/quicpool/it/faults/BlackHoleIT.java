package io.quicpool.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import io.quicpool.testing.Pools;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** For a while nothing passes, in one direction or in both. Or the port of a client changes. */
@Scenario
@Execution(ExecutionMode.CONCURRENT)
class BlackHoleIT {

    private static final int TIMES = 2;
    private static final int CALLERS = 4;
    private static final int LENGTH = 3000;
    private static final Duration KEEP_ALIVE = Duration.ofMillis(700);

    private static final Duration IDLE_TIMEOUT = KEEP_ALIVE.multipliedBy(3);

    private static final Duration PATIENCE = Duration.ofMillis(250);

    /** A black hole that costs nothing, and a keep-alive that leaves a busy machine half a minute more. */
    private static final Duration HARMLESS = Duration.ofSeconds(1);

    private static final Duration LONG_KEEP_ALIVE = Duration.ofSeconds(10);

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    private interface Misfortune {
        void happens(FaultProxy proxy) throws InterruptedException;
    }

    @Test
    void longerThanTheIdleTimeout() throws Exception {
        Duration time = IDLE_TIMEOUT.multipliedBy(2);
        losing("black hole of 4.2 s, both ways", time, proxy -> proxy.both(Faults.BLACK_HOLE, time));
    }

    @Test
    void towardsTheServerOnly() throws Exception {
        Duration time = IDLE_TIMEOUT.multipliedBy(2);
        losing("black hole of 4.2 s, towards the server", time, proxy -> proxy.up(Faults.BLACK_HOLE, time));
    }

    @Test
    void towardsTheClientOnly() throws Exception {
        Duration time = IDLE_TIMEOUT.multipliedBy(2);
        losing("black hole of 4.2 s, towards the client", time, proxy -> proxy.down(Faults.BLACK_HOLE, time));
    }

    @Test
    void thePortOfTheClientChanges() throws Exception {
        losing("another port of the client (NAT rebinding)", Duration.ZERO, FaultProxy::rebind);
    }

    /** The connection is lost, the next one works. */
    private void losing(String what, Duration time, Misfortune misfortune) throws Exception {
        run(KEEP_ALIVE, proxy -> {
            List<Long> back = new ArrayList<>();
            ClientPool client = client(proxy, KEEP_ALIVE);
            Traffic traffic = Traffic.impatient(client, CALLERS, LENGTH, PATIENCE);
            for (int i = 1; i <= TIMES; i++) {
                long answered = traffic.ledger.answered.sum();
                await().until(() -> traffic.ledger.answered.sum() > answered + 100);
                traffic.peerGone();
                misfortune.happens(proxy);
                long end = System.nanoTime() + time.toNanos();
                await().atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(5))
                        .until(traffic::answeredByNext);
                back.add(Clock.millisSince(end));
            }
            traffic.close();
            Report.row(what + ", " + TIMES + " times", proxy.counts(), traffic.ledger, back, "");
            traffic.assertNothingWrong();
            // A busy machine may be silent for as long as the idle time-out, and then loses one more.
            assertThat(client.snapshot().totals().lost()).isGreaterThanOrEqualTo(TIMES);
            // The back-off is at most 5 s by then. An attempt may have begun before the end: 5 s more. The rest is for
            // a busy machine.
            assertThat(back).allSatisfy(each -> assertThat(each).isLessThan(40_000));
        });
    }

    /** No connection is lost: every caller gets its answer. */
    @Test
    void shorterThanTheIdleTimeout() throws Exception {
        harmless("black hole of 1 s, both ways", proxy -> {
            proxy.both(Faults.BLACK_HOLE, HARMLESS);
            Clock.pass(HARMLESS);
        });
    }

    private void harmless(String what, Misfortune misfortune) throws Exception {
        run(LONG_KEEP_ALIVE, proxy -> {
            ClientPool client = client(proxy, LONG_KEEP_ALIVE);
            Traffic traffic = Traffic.of(client, CALLERS, LENGTH);
            for (int i = 1; i <= TIMES; i++) {
                misfortune.happens(proxy);
                long answered = traffic.ledger.answered.sum();
                await().until(() -> traffic.ledger.answered.sum() > answered + 100);
            }
            traffic.close();
            Report.row(what + ", " + TIMES + " times", proxy.counts(), traffic.ledger);
            traffic.assertNothingWrong();
            assertThat(client.snapshot().totals().lost()).isZero();
            assertThat(traffic.ledger.cut.sum()).isZero();
        });
    }

    private interface Part {
        void play(FaultProxy proxy) throws Exception;
    }

    private void run(Duration keepAlive, Part part) throws Exception {
        Ledger served = new Ledger();
        ServerPool server = pools.server(s -> s.keepAlive(keepAlive));
        server.serve(stream -> Traffic.answer(stream, served));
        try (FaultProxy proxy = new FaultProxy(server.localAddress(), Scenario.SEED)) {
            part.play(proxy);
        }
        assertThat(served.examples()).isEmpty();
    }

    private ClientPool client(FaultProxy proxy, Duration keepAlive) {
        return pools.client("127.0.0.1:" + proxy.address().getPort(), c -> c.capacity(32, 64)
                // All on one connection, so that each fault costs one connection.
                .streamsPerConnection(4096)
                .keepAlive(keepAlive));
    }
}
