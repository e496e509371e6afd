package io.quicpool.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The wall clock of a process jumps, as when somebody sets it or a machine wakes up. libfaketime does this. */
@Scenario
@Execution(ExecutionMode.CONCURRENT)
class ClockIT {

    private static final List<Path> PLACES = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"),
            Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1"),
            Path.of("/usr/lib/faketime/libfaketime.so.1"));

    @TempDir
    private Path folder;

    /** The output of the program. */
    private record State(long clock, long answered, long cut, long wrong, long lost, long handedOut) {}

    private static State state(JavaProcess program) throws InterruptedException {
        program.say("how are you");
        long[] numbers =
                Stream.of(program.await().split(" ")).mapToLong(Long::parseLong).toArray();
        return new State(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]);
    }

    @Test
    void jumpsByAnHourAndBack() throws Exception {
        Path library = PLACES.stream().filter(Files::exists).findFirst().orElse(null);
        assumeTrue(library != null, "no libfaketime here (Debian's package faketime)");
        Path clock = folder.resolve("clock");
        set(clock, 0);
        JavaProcess program = new JavaProcess(
                Map.of(
                        "LD_PRELOAD",
                        String.valueOf(library),
                        "FAKETIME_TIMESTAMP_FILE",
                        clock.toString(),
                        "FAKETIME_CACHE_DURATION",
                        "1",
                        // Only the wall clock: the monotonic clock continues.
                        "FAKETIME_DONT_FAKE_MONOTONIC",
                        "1",
                        "FAKETIME_FORCE_MONOTONIC_FIX",
                        "0"),
                "256m",
                ClockProgram.class);
        List<Long> back = new ArrayList<>();
        try {
            await().atMost(Duration.ofSeconds(60)).until(() -> state(program).answered > 100);
            long[] hours = {1, 0, -1, 0, 24, 0};
            for (long hour : hours) {
                set(clock, hour);
                long jumped = System.nanoTime();
                long expected = Instant.now().getEpochSecond() + hour * 3600;
                await().until(() -> Math.abs(state(program).clock - expected) < 60);
                State before = state(program);
                await().atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> state(program).answered > before.answered + 100);
                back.add(Clock.millisSince(jumped));
            }
            State end = state(program);
            Ledger ledger = new Ledger();
            ledger.handedOut.add(end.handedOut);
            ledger.cut.add(end.cut);
            Report.row(
                    "the clock jumps: " + Arrays.toString(hours) + " h",
                    "jumps " + hours.length + ", connections lost " + end.lost,
                    ledger,
                    back,
                    "");
            assertThat(end.wrong).isZero();
            assertThat(back).allSatisfy(time -> assertThat(time).isLessThan(40_000));
        } finally {
            program.close();
        }
    }

    // Replaced atomically: half a line would be another time.
    private static void set(Path clock, long hours) throws IOException {
        Path next = clock.resolveSibling("next");
        Files.writeString(next, (hours < 0 ? "-" : "+") + Math.abs(hours) + "h\n");
        Files.move(next, clock, StandardCopyOption.ATOMIC_MOVE);
    }
}
