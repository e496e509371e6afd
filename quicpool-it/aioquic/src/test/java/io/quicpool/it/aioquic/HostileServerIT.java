package io.quicpool.it.aioquic;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.it.aioquic.Caller.Trips;
import io.quicpool.it.aioquic.Victim.Status;
import io.quicpool.it.support.LineProcess;
import io.quicpool.it.support.PemFiles;
import io.quicpool.testing.Pools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An attack by one server does not affect the other pools of a client, and costs no memory. */
class HostileServerIT {

    private static final List<String> KINDS = List.of(
            "NoIds",
            "DoubledIds",
            "ShortIds",
            "ResetStreams",
            "Flood",
            "NoStreams",
            "Closes",
            "OpensStreams",
            "ResetsUnknown",
            "Tickets",
            "NewTokens",
            "NewConnectionIds",
            "Pings",
            "HugeWindows",
            "SilentAfterHalfAnId",
            "UnknownStreams",
            "FarOffsets",
            "SmallPieces",
            "CryptoGaps",
            "RetiredConnectionIds",
            "FarConnectionIds",
            "LyingLengths",
            "Acknowledgements",
            "FramesOfOthers",
            "KeyUpdates",
            "PacketGaps",
            "Resets",
            "LongChain",
            "Parameters",
            "PreferredAddress",
            "LyingParameters",
            "HugeParameters",
            "Retries",
            "Versions",
            "BrokenInitials");
    private static final int TRIES = 5;
    private static final String NAMED = System.getProperty("quicpool.attacks", "");
    // How long a backlog may take.
    private static final Duration BACKLOG = Duration.ofSeconds(10);

    private static final Map<String, Stand> STANDS = new HashMap<>();

    /** An honest server in this process, the hostile ones in another, and the client of both in a third. */
    private static final class Stand implements AutoCloseable {

        private final String engine;
        private final Control control;
        private final LineProcess hostile;
        private final LineProcess victim;
        private final long heap;

        Stand(String engine) throws IOException, InterruptedException {
            this.engine = engine;
            PemFiles files = PemFiles.write(Pools.CERTIFICATE, Files.createTempDirectory("hostile"));
            hostile = Python.start(
                    "hostile",
                    files.certificate().toString(),
                    files.privateKey().toString());
            control = new Control(engine);
            victim = VictimClient.start(engine, control.port());
            meet(0);
            heap = meet(0).status.heap();
        }

        Seen meet(int port) throws InterruptedException {
            String[] trips = victim.ask(Integer.toString(port), "trips").split("\t", -1);
            return new Seen(
                    Double.parseDouble(trips[0]),
                    Double.parseDouble(trips[1]),
                    trips.length > 2 ? trips[2] : "",
                    Status.of(victim.next("status")));
        }

        /** The heap when everything that arrived is processed. */
        long heap(Seen seen) throws InterruptedException {
            long begin = System.nanoTime();
            long more = seen.status.heap() - heap;
            while (more >= Outcome.MAX_HEAP && System.nanoTime() - begin < BACKLOG.toNanos()) {
                more = Status.of(victim.ask("status", "status")).heap() - heap;
            }
            return more;
        }

        String log() throws IOException {
            Path file = Victim.log("client", engine).toPath();
            return Files.exists(file) ? Files.readString(file) : "";
        }

        @Override
        public void close() {
            victim.close();
            hostile.close();
            control.close();
        }
    }

    private record Seen(double medianMillis, double worstMillis, String failures, Status status) {}

    static Stream<Arguments> kinds() {
        List<String> kinds = NAMED.isEmpty() ? KINDS : List.of(NAMED.split(","));
        return Stream.of("kwik", "netty").flatMap(engine -> kinds.stream().map(kind -> Arguments.of(engine, kind)));
    }

    @AfterAll
    static void close() {
        STANDS.values().forEach(Stand::close);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("kinds")
    void otherPoolsNoticeNothing(String engine, String kind) throws Exception {
        if (!STANDS.containsKey(engine)) {
            STANDS.put(engine, new Stand(engine));
        }
        Stand stand = STANDS.get(engine);
        Seen quiet = stand.meet(0);
        int logged = stand.log().length();
        stand.control.trips();
        long begin = System.nanoTime();
        Seen seen = stand.meet(Integer.parseInt(stand.hostile.ask(kind, "port")));
        Trips others = stand.control.trips();
        // A busy machine may hold up a request at any time. A server that holds up others does so each time.
        for (int tries = 1; isSlow(quiet, seen, others) && tries < TRIES; tries++) {
            seen = stand.meet(Integer.parseInt(stand.hostile.ask(kind, "port")));
            others = stand.control.trips();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        long heap = stand.heap(seen);
        String log = stand.log().substring(logged);
        System.out.printf(
                "[attack] | %s | %s | %.1f, %.1f ms | %.1f, %.1f ms | %+.1f MB | %s | %d lines%n",
                engine,
                kind,
                quiet.medianMillis,
                quiet.worstMillis,
                seen.medianMillis,
                seen.worstMillis,
                heap / 1e6,
                seen.status.lastError(),
                log.lines().count());
        assertThat(seen.failures).isEmpty();
        assertThat(seen.worstMillis)
                .as("worst round trip in ms, beside %.1f of others: %s, %s before", others.worstMillis(), seen, quiet)
                .isLessThan(Outcome.longestTripMillis(quiet.worstMillis, others.worstMillis()));
        assertThat(heap).as("bytes of heap").isLessThan(Outcome.MAX_HEAP);
        assertThat(stand.hostile.ask("trapped", "trapped"))
                .as("datagrams to where the server sent its client")
                .isEqualTo("0");
        Outcome.assertSafe(log + seen.status.lastError(), seconds);
    }

    private static boolean isSlow(Seen quiet, Seen seen, Trips others) {
        return seen.worstMillis >= Outcome.longestTripMillis(quiet.worstMillis, others.worstMillis());
    }
}
