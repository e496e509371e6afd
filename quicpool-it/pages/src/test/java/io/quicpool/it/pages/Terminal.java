package io.quicpool.it.pages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.ThrowingRunnable;

/** A shell in a pseudo terminal, so that Ctrl-C and single keys work as for a person. */
final class Terminal implements AutoCloseable {

    static final Path SCRIPT = Path.of("/usr/bin/script");

    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Pattern ESCAPE = Pattern.compile("\u001b(\\[[0-9;?]*[A-Za-z]|[=>])|\r");
    private static final Pattern PROMPT = Pattern.compile("<(\\d+)>\n");

    private final Process process;
    private final Path commands;
    private final StringBuilder output = new StringBuilder();
    // Output before this belongs to an earlier step.
    private int from;
    private boolean running;

    Terminal(Path folder, Map<String, String> environment) throws IOException {
        commands = Files.createTempFile("commands", ".sh");
        ProcessBuilder builder = new ProcessBuilder(
                SCRIPT.toString(), "-qf", "-c", "bash --noprofile --norc --noediting -i", "/dev/null");
        builder.environment().putAll(environment);
        // Shows that a command has ended, and its exit code.
        builder.environment().putAll(Map.of("PS1", "", "PS2", "", "PROMPT_COMMAND", "printf '\\n<%s>\\n' $?"));
        process = builder.directory(folder.toFile()).redirectErrorStream(true).start();
        Thread reader = new Thread(() -> read(process.getInputStream()), "terminal");
        reader.setDaemon(true);
        reader.start();
        prompt();
        step();
        type("stty -echo rows 50 cols 200\n");
        prompt();
    }

    private void read(InputStream in) {
        try (Reader reader = new InputStreamReader(in, UTF_8)) {
            char[] buffer = new char[8192];
            for (int n = reader.read(buffer); n >= 0; n = reader.read(buffer)) {
                synchronized (output) {
                    output.append(buffer, 0, n);
                }
            }
        } catch (IOException closed) {
            // The shell has ended.
        }
    }

    /** The output since the last step. */
    String shown() {
        synchronized (output) {
            return ESCAPE.matcher(output.substring(from)).replaceAll("");
        }
    }

    private void step() {
        synchronized (output) {
            from = output.length();
        }
    }

    /** Runs commands in the current folder of the shell, until one fails. */
    void execute(String block) throws IOException {
        finish();
        Files.writeString(commands, block.replaceAll("(?<!\\\\)\n(?!$| )", " &&\n"));
        step();
        type(". " + commands + "\n");
        running = true;
    }

    /** Presses a key and waits for a text. */
    void press(String key, String text) throws IOException {
        step();
        press(key, () -> shown().contains(text));
    }

    // Quarkus loses a key that comes just after a reload. A person would press it again.
    private void press(String key, BooleanSupplier done) throws IOException {
        Instant end = Instant.now().plus(LONG);
        boolean is = false;
        while (!is) {
            assertThat(Instant.now()).as(this::tail).isBefore(end);
            type(key);
            is = isSoon(done);
        }
    }

    private static boolean isSoon(BooleanSupplier done) {
        try {
            await().atMost(Duration.ofSeconds(20)).until(done::getAsBoolean);
            return true;
        } catch (ConditionTimeoutException notYet) {
            return false;
        }
    }

    private void type(String text) throws IOException {
        process.getOutputStream().write(text.getBytes(UTF_8));
        process.getOutputStream().flush();
    }

    /** Ends the running command with a key. */
    void end(String key) throws IOException {
        step();
        press(key, () -> PROMPT.matcher(shown()).find());
        running = false;
    }

    /** Waits until the running command has succeeded. */
    void finish() {
        if (running) {
            printed();
        }
    }

    /** The output of the last commands, all of which succeeded. */
    String printed() {
        String all = prompt();
        running = false;
        Matcher prompt = PROMPT.matcher(all);
        assertThat(prompt.find() ? prompt.group(1) : "?").as(all).isEqualTo("0");
        return all.substring(0, prompt.start()).strip();
    }

    private String prompt() {
        awaitThat(
                () -> assertThat(PROMPT.matcher(shown()).find()).as(this::tail).isTrue());
        return shown();
    }

    void awaitText(String text) {
        awaitThat(() -> assertThat(shown().contains(text))
                .as(() -> text + " in " + tail())
                .isTrue());
    }

    private void awaitThat(ThrowingRunnable holds) {
        await().atMost(LONG).pollInterval(Duration.ofMillis(50)).untilAsserted(holds);
    }

    private String tail() {
        String shown = shown();
        return shown.substring(Math.max(0, shown.length() - 8000));
    }

    @Override
    public void close() throws IOException {
        process.descendants().forEach(ProcessHandle::destroy);
        process.getOutputStream().close();
        process.destroy();
        Files.delete(commands);
    }
}
