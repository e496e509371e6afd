package io.quicpool.it.aioquic;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.ServerPool;
import io.quicpool.it.aioquic.Victim.Look;
import io.quicpool.it.support.LineProcess;
import io.quicpool.it.support.PemFiles;
import io.quicpool.testing.Pools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What one server does, whatever it is, costs a client's other pools nothing that they notice, and no memory. */
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
            "HugeWindows");
    // A machine may stall for once; an attack that works, works again.
    private static final int TRIES = 3;

    private static final Map<String, Stand> STANDS = new HashMap<>();

    /** An honest server here, hostile ones in a process of theirs, and a client of both in another. */
    private static final class Stand implements AutoCloseable {

        private final String engine;
        private final Pools pools = new Pools();
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
            ServerPool server = pools.server(s -> s.transport(engine));
            server.serve(
                    stream -> stream.outputStream().write(stream.inputStream().readAllBytes()));
            victim = VictimClient.start(engine, server.localAddress().getPort());
            meet(0);
            heap = meet(0).look.heap();
        }

        Seen meet(int port) throws InterruptedException {
            String[] trips = victim.ask(Integer.toString(port), "trips").split("\t", -1);
            return new Seen(
                    Double.parseDouble(trips[0]),
                    Double.parseDouble(trips[1]),
                    trips.length > 2 ? trips[2] : "",
                    Look.of(victim.next("look")));
        }

        String log() throws IOException {
            Path file = Victim.log("client", engine).toPath();
            return Files.exists(file) ? Files.readString(file) : "";
        }

        @Override
        public void close() {
            victim.close();
            hostile.close();
            pools.close();
        }
    }

    private record Seen(double medianMillis, double worstMillis, String failures, Look look) {}

    static Stream<Arguments> kinds() {
        return Stream.of("kwik", "netty").flatMap(engine -> KINDS.stream().map(kind -> Arguments.of(engine, kind)));
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
        Seen seen = stand.meet(Integer.parseInt(stand.hostile.ask(kind, "port")));
        for (int i = 1; i < TRIES && !isInTime(quiet, seen); i++) {
            quiet = stand.meet(0);
            seen = stand.meet(Integer.parseInt(stand.hostile.ask(kind, "port")));
        }
        String log = stand.log().substring(logged);
        System.out.printf(
                "[attack] | %s | %s | %.1f, %.1f ms | %.1f, %.1f ms | %+.1f MB | %s | %d lines%n",
                engine,
                kind,
                quiet.medianMillis,
                quiet.worstMillis,
                seen.medianMillis,
                seen.worstMillis,
                (seen.look.heap() - stand.heap) / 1e6,
                seen.look.lastError(),
                log.lines().count());
        assertThat(seen.failures).isEmpty();
        assertThat(isInTime(quiet, seen)).as("%s, %s before", seen, quiet).isTrue();
        assertThat(seen.look.heap() - stand.heap).as("bytes of heap").isLessThan(Outcome.MOST_HEAP);
        Outcome.assertSafe(log + seen.look.lastError());
    }

    private static boolean isInTime(Seen quiet, Seen seen) {
        return seen.worstMillis < Math.max(Outcome.LONGEST_TRIP_MILLIS, 3 * quiet.worstMillis);
    }
}
