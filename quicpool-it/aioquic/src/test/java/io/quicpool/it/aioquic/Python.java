package io.quicpool.it.aioquic;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quicpool.it.support.LineProcess;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The scripts of this module, run in a virtual environment with the aioquic of {@code requirements.txt}, which the
 * first use creates. Without Python or a package index the tests are skipped.
 */
final class Python {

    private static final Path SCRIPTS = Path.of("python").toAbsolutePath();
    private static final Path HOME = Path.of("target", "python").toAbsolutePath();
    private static final Path INTERPRETER = HOME.resolve("bin").resolve("python");

    private static boolean tried;
    private static @Nullable String missing;

    private record Outcome(int code, String text) {}

    private Python() {}

    /** Starts a script. Its standard error is in a file of its name. */
    static LineProcess start(String script, String... arguments) throws IOException, InterruptedException {
        make();
        assumeTrue(missing == null, missing);
        Stream<String> command = Stream.of(
                INTERPRETER.toString(), "-B", SCRIPTS.resolve(script + ".py").toString());
        File errors = Path.of("target", script + ".log").toFile();
        return new LineProcess(new ProcessBuilder(
                        Stream.concat(command, Arrays.stream(arguments)).toList())
                .redirectError(errors));
    }

    // Only once in this process, even if it fails.
    private static synchronized void make() throws IOException, InterruptedException {
        if (!tried) {
            tried = true;
            missing = tryToMake();
        }
    }

    /** What is missing, null when nothing is. */
    private static @Nullable String tryToMake() throws IOException, InterruptedException {
        Path wanted = SCRIPTS.resolve("requirements.txt");
        Path made = HOME.resolve("requirements.txt");
        if (Files.exists(made) && Files.mismatch(made, wanted) < 0) {
            return null;
        }
        Outcome home = run("python3", "-m", "venv", "--clear", HOME.toString());
        if (home.code != 0) {
            return "no python3 with venv was found: " + home.text;
        }
        Outcome packages = run(
                INTERPRETER.toString(),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "-r",
                wanted.toString());
        if (packages.code != 0) {
            return "aioquic cannot be had: " + packages.text;
        }
        Files.copy(wanted, made);
        return null;
    }

    private static Outcome run(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return new Outcome(process.waitFor(), text);
        } catch (IOException e) {
            return new Outcome(-1, String.valueOf(e.getMessage()));
        }
    }
}
