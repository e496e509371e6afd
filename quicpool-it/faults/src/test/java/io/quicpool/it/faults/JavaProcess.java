package io.quicpool.it.faults;

import io.quicpool.testing.Pools;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A program of these tests in a process of its own: it ends when its input does, so none is left behind. */
final class JavaProcess implements AutoCloseable {

    private static final long LONGEST_WAIT = 60;

    private final Process process;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final Thread reader;

    JavaProcess(Class<?> program, String... arguments) {
        this(Map.of(), List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"), program, arguments);
    }

    JavaProcess(Map<String, String> environment, List<String> options, Class<?> program, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-Dtest.engine.client=" + Pools.CLIENT_ENGINE);
        command.add("-Dtest.engine.server=" + Pools.SERVER_ENGINE);
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(program.getName());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        reader = new Thread(this::read, "output of " + program.getSimpleName());
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith("wrong ")) {
                    wrong.add(line);
                } else {
                    answers.add(line);
                }
            }
        } catch (IOException e) {
            // It was killed.
        }
    }

    /** Tells it one line. */
    void say(String line) {
        try {
            Writer in = process.outputWriter(StandardCharsets.UTF_8);
            in.write(line + "\n");
            in.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for a line that it prints. */
    String await() throws InterruptedException {
        String line = answers.poll(LONGEST_WAIT, TimeUnit.SECONDS);
        if (line == null) {
            throw new IllegalStateException("the process " + (process.isAlive() ? "says nothing" : "has ended"));
        }
        return line;
    }

    /** What it found to be wrong: all of it once it was killed. */
    Queue<String> wrong() {
        return wrong;
    }

    /** SIGKILL; returns when it is gone and all that it said was read. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
        reader.join(TimeUnit.SECONDS.toMillis(LONGEST_WAIT));
        if (reader.isAlive()) {
            throw new IllegalStateException("the output of the process that was killed has no end");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
