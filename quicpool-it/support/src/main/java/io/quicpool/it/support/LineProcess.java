package io.quicpool.it.support;

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

/**
 * A process that reads lines and answers with lines. It should end when its input ends, so that no process is left
 * behind.
 */
public final class LineProcess implements AutoCloseable {

    /** Longer than any answer takes, also on a busy machine. */
    private static final Duration MAX_ANSWER_WAIT = Duration.ofMinutes(5);

    private static final String END = "(end of the output)";

    private final Process process;
    private final Thread reader;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    /** Starts the process. */
    public LineProcess(ProcessBuilder builder) {
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        reader = new Thread(this::read, "output of " + builder.command().get(0));
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            // It was killed.
        }
        lines.add(END);
    }

    /** Sends a line. */
    public synchronized void tell(String line) {
        try {
            Writer in = process.outputWriter(StandardCharsets.UTF_8);
            in.write(line + "\n");
            in.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("after " + lines, e);
        }
    }

    /** Waits for the next line. */
    public String next() throws InterruptedException {
        String line = nextOrEnd();
        if (line.equals(END)) {
            throw new AssertionError("the process has ended");
        }
        return line;
    }

    private String nextOrEnd() throws InterruptedException {
        String line = lines.poll(MAX_ANSWER_WAIT.toSeconds(), TimeUnit.SECONDS);
        if (line == null) {
            throw new AssertionError("the process says nothing");
        }
        return noteEnd(line);
    }

    /** All waiting threads get the end. */
    private String noteEnd(String line) {
        if (line.equals(END)) {
            lines.add(END);
        }
        return line;
    }

    /** The rest of the next line, which must begin with that word. */
    public String next(String word) throws InterruptedException {
        String line = next();
        if (!line.startsWith(word)) {
            throw new AssertionError("expected " + word + ", got " + line);
        }
        return line.substring(word.length()).strip();
    }

    /** Sends a line and waits for the answer. */
    public String ask(String question) throws InterruptedException {
        tell(question);
        return next();
    }

    /** Sends a line and waits for the rest of the answer, which must begin with that word. */
    public String ask(String question, String word) throws InterruptedException {
        tell(question);
        return next(word);
    }

    /** Waits for all lines until the output ends, however long that takes. */
    public void forEach(Consumer<String> action) throws InterruptedException {
        for (String line = noteEnd(lines.take()); !line.equals(END); line = noteEnd(lines.take())) {
            action.accept(line);
        }
    }

    /** All lines until the output ends. */
    public List<String> rest() throws InterruptedException {
        List<String> rest = new ArrayList<>();
        for (String line = nextOrEnd(); !line.equals(END); line = nextOrEnd()) {
            rest.add(line);
        }
        return rest;
    }

    public Process process() {
        return process;
    }

    /** SIGKILL. Returns when the process has ended and its output was read. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
        reader.join(MAX_ANSWER_WAIT.toMillis());
        if (reader.isAlive()) {
            throw new IllegalStateException("the output of the process that was killed has no end");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
