package io.quicpool;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.testing.Pools;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Prints what idle streams cost: the first table of docs/scale.md, as {@link HoldProgram} measures it. */
@EnabledIfSystemProperty(named = "quicpool.hold", matches = ".*x.*", disabledReason = "takes minutes")
class HoldTest {

    @Test
    void table() throws Exception {
        List<String> rows = List.of(System.getProperty("quicpool.hold", "").split(" ", -1));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx2g",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                HoldProgram.class.getName(),
                Pools.CLIENT_ENGINE));
        command.addAll(rows);
        Process program = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> printed = new ArrayList<>();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(program.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                System.out.println(line);
                printed.add(line);
            }
        } finally {
            program.destroy();
        }
        assertThat(program.waitFor()).isZero();
        // Two lines are the head of the table.
        assertThat(printed).hasSize(2 + rows.size());
    }
}
