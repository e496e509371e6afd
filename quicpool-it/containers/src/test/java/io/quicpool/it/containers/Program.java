package io.quicpool.it.containers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A separate process. Its output is kept and written to {@code target/logs}. */
final class Program implements AutoCloseable {

    private static final Duration MAX_SHUTDOWN = Duration.ofMinutes(1);

    private final String name;
    private final Process process;
    private final Thread reader;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    Program(String name, Path folder, Map<String, String> environment, List<String> command) {
        this.name = name;
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        // Nothing of the machine's own configuration.
        builder.environment().keySet().removeIf(key -> key.startsWith("QUICPOOL_"));
        builder.environment().putAll(environment);
        try {
            process = builder.start();
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        reader = new Thread(this::read, name + "-output");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        Path log = Path.of("target", "logs", name + "-" + process.pid() + ".log");
        try {
            Files.createDirectories(log.getParent());
            try (BufferedReader out = process.inputReader(UTF_8);
                    Writer file = Files.newBufferedWriter(log)) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    lines.add(line);
                    file.write(line + "\n");
                    file.flush();
                }
            }
        } catch (IOException e) {
            lines.add("(output lost: " + e + ")");
        }
    }

    boolean alive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** What it has printed. */
    String output() {
        return String.join("\n", lines);
    }

    /** Asks it to end, as an operator or Kubernetes does (SIGTERM). */
    void terminate() {
        process.destroy();
    }

    /** Kills it (SIGKILL). */
    void kill() {
        // A script may have started the container.
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        awaitEnd();
    }

    /** Waits until it has ended and all of its output was read. */
    int awaitEnd() {
        try {
            if (!process.waitFor(MAX_SHUTDOWN.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(name + " is still there after " + MAX_SHUTDOWN + "\n" + output());
            }
            reader.join(MAX_SHUTDOWN.toMillis());
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (alive()) {
            kill();
        }
    }
}
