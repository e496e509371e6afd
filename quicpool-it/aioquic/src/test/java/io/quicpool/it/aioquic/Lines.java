package io.quicpool.it.aioquic;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A process that is asked line by line, and ends when its input does, so that none is left behind. */
final class Lines implements AutoCloseable {

    private static final long LONGEST_ANSWER_SECONDS = 90;
    private static final String END = "(end)";

    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    Lines(List<String> command, File errors) throws IOException {
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.to(errors))
                .start();
        Thread reader = new Thread(this::read, "output of " + command.get(0));
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

    void tell(String line) {
        try {
            Writer in = process.outputWriter(StandardCharsets.UTF_8);
            in.write(line + "\n");
            in.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("after " + lines, e);
        }
    }

    /** The next line behind that word. */
    String next(String word) throws InterruptedException {
        String line = lines.poll(LONGEST_ANSWER_SECONDS, TimeUnit.SECONDS);
        if (line == null || !line.startsWith(word)) {
            throw new AssertionError("expected " + word + ", got " + line);
        }
        return line.substring(word.length()).strip();
    }

    String ask(String question, String word) throws InterruptedException {
        tell(question);
        return next(word);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
