package io.quicpool.it.quicgo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A program in Go in a process of its own, asked line by line; it ends when its input does. */
final class GoProcess implements AutoCloseable {

    private static final String END = "(end)";

    private final Process process;
    private final Writer in;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    GoProcess(GoProgram program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(program.built().toString());
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        in = process.outputWriter(StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "quic-go-output");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            // The process was killed.
        }
        lines.add(END);
    }

    /** The value of the next line, which must have that key. */
    String next(String key) throws InterruptedException {
        String line = line();
        if (!line.startsWith(key + " ")) {
            throw new AssertionError("expected " + key + ", got " + line);
        }
        return line.substring(key.length() + 1);
    }

    private String line() throws InterruptedException {
        String line = lines.poll(60, TimeUnit.SECONDS);
        if (line == null) {
            throw new AssertionError("the program in Go says nothing");
        }
        return line;
    }

    /** What is printed until it ends; it must end well. */
    List<String> rest() throws InterruptedException {
        List<String> all = new ArrayList<>();
        for (String line = line(); !line.equals(END); line = line()) {
            all.add(line);
        }
        assertThat(process.waitFor()).as("exit code after %s", all).isZero();
        return all;
    }

    String ask(String command) throws InterruptedException {
        tell(command);
        return line();
    }

    /** For programs that answer later, or many at once. */
    synchronized void tell(String command) {
        try {
            in.write(command + "\n");
            in.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for lines, however long that takes, until the program ends. */
    void forEach(Consumer<String> action) throws InterruptedException {
        for (String line = lines.take(); !line.equals(END); line = lines.take()) {
            action.accept(line);
        }
    }

    /** Ends its input, upon which it closes its connections in order and ends. */
    void quit() throws IOException, InterruptedException {
        in.close();
        assertThat(process.waitFor()).isZero();
    }

    /** Stops it and lets it go on, in turns, as long as it is there: by a process of its own, which is returned. */
    Process pausing(Duration stopped, Duration running) throws IOException {
        String turn = "kill -STOP %1$d && sleep %2$s; kill -CONT %1$d && sleep %3$s"
                .formatted(process.pid(), seconds(stopped), seconds(running));
        return new ProcessBuilder("sh", "-c", "while " + turn + "; do :; done")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static String seconds(Duration time) {
        return Double.toString(time.toMillis() / 1e3);
    }

    /** SIGKILL; returns when it is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
