package io.quicpool.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import io.quicpool.testing.Pools;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Streams at full rate through a network that loses datagrams, with a restart of the server every 20 seconds: nothing
 * accumulates.
 */
@Scenario
@Isolated
class LongRunIT {

    private static final int ROUNDS = Integer.getInteger("quicpool.faults.rounds", 2);
    /** Half of a round: before its restart, and after it. */
    private static final Duration PART = Duration.ofSeconds(10);

    private static final int CALLERS = 8;
    private static final int LENGTH = 2000;
    /** How much more the process may use after the last round than after the first. */
    private static final long MORE_HEAP = 6 << 20;
    /** With at least this many rounds in each half, how much the heap may grow in a round. */
    private static final int LONG_ENOUGH = 12;

    private static final long SLOPE = 70 << 10;

    private final Pools pools = new Pools();
    private final Ledger served = new Ledger();

    @AfterEach
    void close() {
        pools.close();
    }

    /** The resources of a process. */
    private record Held(long heap, int threads, int sockets, long direct) {

        static Held now(ClientPool client, FaultProxy network) {
            // The second finds what the first has made unreachable through finalizers and cleaners.
            System.gc();
            System.gc();
            return new Held(
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                    ManagementFactory.getThreadMXBean().getThreadCount(),
                    openSockets(client, network),
                    ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                            .mapToLong(BufferPoolMXBean::getMemoryUsed)
                            .sum());
        }

        // -1 where the system does not report it. Does not count the sockets of the network between the pools, and
        // those of the connections of the client, whose number varies.
        private static int openSockets(ClientPool client, FaultProxy network) {
            Path descriptors = Path.of("/proc/self/fd");
            if (!Files.isDirectory(descriptors)) {
                return -1;
            }
            int sockets = 0;
            try (Stream<Path> open = Files.list(descriptors)) {
                for (Path each : (Iterable<Path>) open::iterator) {
                    sockets += isSocket(each) ? 1 : 0;
                }
            } catch (IOException e) {
                return -1;
            }
            return sockets - network.ports() - client.snapshot().peers().size();
        }

        private static boolean isSocket(Path descriptor) {
            try {
                return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
            } catch (IOException closed) {
                return false;
            }
        }

        @Override
        public String toString() {
            return "heap " + (heap >> 20) + " MB, threads " + threads + ", sockets " + sockets + ", direct "
                    + (direct >> 10) + " kB";
        }
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void nothingPilesUp() throws Exception {
        // Not an ephemeral port, which another socket could take while the server is closed.
        String address = "127.0.0.1:" + Pools.freePort();
        ServerPool first = server(address);
        try (FaultProxy proxy = new FaultProxy(first.localAddress(), Scenario.SEED)) {
            ClientPool client = pools.client("127.0.0.1:" + proxy.address().getPort(), c -> c.capacity(64, 256)
                    .keepAlive(Duration.ofMillis(700)));
            proxy.both(Faults.NONE.losing(0.01));
            List<Long> back = new ArrayList<>();
            ServerPool server = first;
            List<Held> held = new ArrayList<>();
            Ledger all = new Ledger();
            for (int round = 1; round <= ROUNDS; round++) {
                if (round % 2 == 0) {
                    Traffic led = Traffic.led(server, client, CALLERS, LENGTH);
                    Clock.pass(PART.dividedBy(2));
                    led.close();
                    led.assertNothingWrong();
                    all.add(led.ledger);
                }
                Traffic traffic = Traffic.impatient(client, CALLERS, LENGTH, Duration.ofSeconds(5));
                Clock.pass(round % 2 == 0 ? PART.dividedBy(2) : PART);
                traffic.peerGone();
                long closed = System.nanoTime();
                pools.close(server);
                server = server(address);
                await().atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(5))
                        .until(traffic::answeredByNext);
                back.add(Clock.millisSince(closed));
                Clock.pass(PART);
                traffic.close();
                traffic.assertNothingWrong();
                all.add(traffic.ledger);
                // Without traffic, because requests in progress use resources. Idle threads of pools end after ten
                // seconds.
                held.add(whenIdle(client, server, proxy));
                System.out.println(
                        "[faults] after round " + round + ": " + held.get(round - 1) + "; " + traffic.ledger);
            }
            Held begin = held.get(0);
            Held last = held.get(ROUNDS - 1);
            Report.row(
                    ROUNDS + " times 20 s through 1 % loss, a restart each",
                    "restarts " + ROUNDS + ", " + proxy.counts() + "; after the first: " + begin + "; after the last: "
                            + last,
                    all,
                    back,
                    "");
            assertThat(served.examples()).isEmpty();
            // Threads and sockets of the last restart may take a moment to end.
            ServerPool settled = server;
            await().untilAsserted(() -> assertNoMore(begin, whenIdle(client, settled, proxy)));
            assertNoSlope(held);
        }
    }

    private ServerPool server(String address) {
        ServerPool server = pools.server(s -> s.keepAlive(Duration.ofMillis(700)), address);
        server.serve(stream -> Traffic.answer(stream, served));
        return server;
    }

    private static Held whenIdle(ClientPool client, ServerPool server, FaultProxy network) {
        await().until(() -> client.snapshot().taken() == 0 && server.snapshot().taken() == 0);
        // When the idle threads have ended, or after the time in which they must end.
        Thread[] threads = new Thread[1000];
        await().until(() -> {
            int count = Thread.enumerate(threads);
            return Stream.of(threads).limit(count).noneMatch(each -> each.getName()
                    .contains("-handler-"));
        });
        return Held.now(client, network);
    }

    // A leak also grows in the second half of a long run.
    private static void assertNoSlope(List<Held> held) {
        int half = held.size() / 2;
        if (half >= LONG_ENOUGH) {
            long before = smallest(held.subList(1, half));
            long after = smallest(held.subList(half, held.size()));
            assertThat(after - before)
                    .as("smallest heap of the first half and of the second: %s, %s", before, after)
                    .isLessThan(half * SLOPE);
        }
    }

    private static long smallest(List<Held> rounds) {
        return rounds.stream().mapToLong(Held::heap).min().orElseThrow();
    }

    private static void assertNoMore(Held before, Held after) {
        assertThat(after.heap).as("heap: %s, then %s", before, after).isLessThan(before.heap + MORE_HEAP);
        assertThat(after.threads).as("threads: %s, then %s", before, after).isLessThanOrEqualTo(before.threads + 2);
        assertThat(after.sockets).as("sockets: %s, then %s", before, after).isLessThanOrEqualTo(before.sockets);
        assertThat(after.direct).as("direct memory: %s, then %s", before, after).isLessThan(before.direct + (1 << 20));
    }
}
