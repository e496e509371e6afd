package io.quicpool.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quicpool.core.AdmissionFuzz;
import io.quicpool.core.IdRequestFuzz;
import io.quicpool.it.support.QuickJava;
import io.quicpool.settings.SettingsFuzz;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs Jazzer on each target for a while, in a separate process, two at a time. What it finds stays under {@code target/fuzz}; with
 * {@code quicpool.fuzz.input} that one input is run again.
 */
@Execution(ExecutionMode.CONCURRENT)
class FuzzIT {

    private static final int SECONDS = Integer.getInteger("quicpool.fuzz.seconds", 3);
    private static final long SEED = Long.getLong("quicpool.faults.seed", new SecureRandom().nextLong());
    private static final String INPUT = System.getProperty("quicpool.fuzz.input", "");
    // One input may take this long: a key store may ask for five million rounds of hashing, which is the JDK's limit.
    private static final int MAX_INPUT_SECONDS = 30;
    // On a busy machine the start takes a minute.
    private static final int START = 300;
    private static final Pattern WRITTEN = Pattern.compile("Test unit written to (\\S+)");
    private static final Pattern RUNS = Pattern.compile("Done \\d+ runs in \\d+ second");

    private static final ExecutorService TWO_AT_A_TIME = Executors.newFixedThreadPool(2);
    private static final Map<Class<?>, Future<?>> STARTED = new HashMap<>();

    static Stream<Class<?>> targets() {
        return Stream.of(
                IdRequestFuzz.class, AdmissionFuzz.class, SettingsFuzz.class, ParsersFuzz.class, TlsMaterialFuzz.class);
    }

    @BeforeAll
    static void start() {
        assumeTrue(hasNatives(), "Jazzer has no native library for " + platform());
        targets()
                .filter(target ->
                        INPUT.isEmpty() || Path.of(INPUT).toAbsolutePath().startsWith(folder(target.getSimpleName())))
                .forEach(target -> STARTED.put(target, TWO_AT_A_TIME.submit(() -> {
                    fuzz(target);
                    return null;
                })));
    }

    @AfterAll
    static void stop() {
        TWO_AT_A_TIME.shutdownNow();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void findsNothing(Class<?> target) throws Throwable {
        Future<?> run = STARTED.get(target);
        assumeTrue(run != null, "quicpool.fuzz.input is one of another target");
        try {
            run.get();
        } catch (ExecutionException e) {
            throw e.getCause();
        }
    }

    private static void fuzz(Class<?> target) throws Exception {
        String name = target.getSimpleName();
        Path folder = Files.createDirectories(folder(name));
        Path corpus = Files.createDirectories(folder.resolve("corpus"));
        if (target == TlsMaterialFuzz.class && INPUT.isEmpty()) {
            Seeds.writeMaterial(corpus);
        }
        Path log = folder.resolve("jazzer.log");
        long longest = (long) SECONDS + MAX_INPUT_SECONDS + START;
        System.out.println("fuzzing " + name + " for " + SECONDS + " s, quicpool.faults.seed=" + SEED);
        Process process = new ProcessBuilder(command(target, corpus))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended;
        try {
            ended = process.waitFor(longest, TimeUnit.SECONDS);
        } finally {
            process.destroyForcibly();
        }
        String output = Files.readString(log, StandardCharsets.ISO_8859_1);
        if (!ended) {
            fail(name + " did not end within " + longest + " s; " + again("") + "\n" + tail(output));
        }
        if (process.exitValue() != 0) {
            fail(finding(name, folder, output));
        }
        Matcher runs = RUNS.matcher(output);
        assertThat(INPUT.isEmpty() ? runs.find() : true)
                .as(again("") + "\n" + tail(output))
                .isTrue();
        System.out.println(name + ": " + (INPUT.isEmpty() ? runs.group() + "s" : INPUT + " does no harm"));
    }

    private static Path folder(String name) {
        return Path.of("target", "fuzz", name).toAbsolutePath();
    }

    private static List<String> command(Class<?> target, Path corpus) {
        List<String> command = QuickJava.command(
                "-ea",
                "-Xmx512m",
                // The encoding of text does not depend on the settings of the machine.
                "-Dfile.encoding=UTF-8",
                "-classpath",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.getName(),
                // Not the JDK too: Jazzer's hook for comparing arrays does not survive a null in sun.security.x509.
                "--instrumentation_includes=io.quicpool.**",
                // A configuration names files, and may name any.
                "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.FilePathTraversal",
                "-seed=" + seed(),
                "-timeout=" + MAX_INPUT_SECONDS,
                "-rss_limit_mb=2048");
        if (INPUT.isEmpty()) {
            command.add("-max_total_time=" + SECONDS);
            command.add("-max_len=4096");
            command.add(corpus.toString());
        } else {
            command.add(Path.of(INPUT).toAbsolutePath().toString());
        }
        return command;
    }

    /** libFuzzer uses 32 bits of a seed; 0 means a random one. */
    private static long seed() {
        long folded = (SEED ^ (SEED >>> 32)) & 0xffff_ffffL;
        return folded == 0 ? 1 : folded;
    }

    private static String finding(String name, Path folder, String output) throws IOException {
        Matcher written = WRITTEN.matcher(output);
        if (!written.find()) {
            return name + " did not run; " + again("") + "\n" + tail(output);
        }
        Path input = folder.resolve(written.group(1)).normalize();
        int trace = Math.max(0, output.indexOf("== Java Exception"));
        return String.join(
                "\n",
                name + " found an input of " + Files.size(input) + " bytes: " + input,
                again(" -Dquicpool.fuzz.input=" + input),
                withoutNoise(output.substring(trace)));
    }

    private static String again(String more) {
        return "run it again: mvn -B -Pone -pl quicpool-it/faults -am verify -Dit.test=FuzzIT -Dquicpool.fuzz.seconds="
                + SECONDS + " -Dquicpool.faults.seed=" + SEED + more;
    }

    private static String tail(String output) {
        List<String> lines = withoutNoise(output).lines().toList();
        return lines.stream().skip(Math.max(0, lines.size() - 50)).collect(Collectors.joining("\n"));
    }

    // The progress output of libFuzzer.
    private static String withoutNoise(String output) {
        return output.lines()
                .filter(line -> Stream.of("#", "INFO:", "\"").noneMatch(line::startsWith))
                .collect(Collectors.joining("\n"));
    }

    private static boolean hasNatives() {
        return FuzzIT.class.getResource("/com/code_intelligence/jazzer/driver/jazzer_driver_" + platform()) != null;
    }

    /** As Jazzer names it. */
    private static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch");
        return (os.startsWith("mac") ? "macos" : os.startsWith("windows") ? "windows" : os) + "_"
                + (arch.equals("amd64") ? "x86_64" : arch);
    }
}
