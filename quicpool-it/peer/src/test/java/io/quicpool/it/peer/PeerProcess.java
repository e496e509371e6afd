package io.quicpool.it.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The peer tool in a process of its own, started from its jar as a user would, asked line by line. */
final class PeerProcess implements AutoCloseable {

    private static final Duration LONG = Duration.ofMinutes(5);
    /** The engine of the processes under test. */
    static final String ENGINE = System.getProperty("quicpool.it.transport", "kwik");

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    private final Process process;
    private final Writer in;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Map<String, String> announced = new HashMap<>();

    PeerProcess(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                JAVA.toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                System.getProperty("quicpool.peer.jar", "target/quicpool-peer.jar")));
        command.addAll(List.of(arguments));
        if (command.stream().noneMatch("--transport"::equals)) {
            command.addAll(List.of("--transport", ENGINE));
        }
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        in = process.outputWriter(StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "peer-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** A server pool on loopback. */
    static PeerProcess server(String... more) throws IOException, InterruptedException {
        return started("server", List.of("--listen", "127.0.0.1:0"), more);
    }

    /** A client pool of that server, ready. */
    static PeerProcess client(PeerProcess server, String... more) throws IOException, InterruptedException {
        return started(
                "client",
                List.of(
                        "--target",
                        "127.0.0.1:" + server.said("port"),
                        "--tls-mode",
                        "1",
                        "--fingerprint",
                        server.said("fingerprint")),
                more);
    }

    private static PeerProcess started(String role, List<String> arguments, String... more)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(role));
        all.addAll(arguments);
        all.addAll(List.of(more));
        PeerProcess peer = new PeerProcess(all.toArray(String[]::new));
        peer.awaitReady();
        return peer;
    }

    private void read() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            // The process was killed.
        }
        lines.add("(end)");
    }

    void awaitReady() throws InterruptedException {
        for (String line = line(LONG); !line.equals("ready"); line = line(LONG)) {
            int space = line.indexOf(' ');
            if (space < 0) {
                throw new IllegalStateException("expected ready, got " + line);
            }
            announced.put(line.substring(0, space), line.substring(space + 1));
        }
    }

    /** What it printed before it was ready, such as its port. */
    String said(String what) {
        String value = announced.get(what);
        if (value == null) {
            throw new IllegalStateException("it did not say its " + what + ", only " + announced);
        }
        return value;
    }

    private String line(Duration timeout) throws InterruptedException {
        String line = lines.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
        if (line == null) {
            throw new IllegalStateException("no line within " + timeout);
        }
        return line;
    }

    void send(String command) {
        try {
            in.write(command + "\n");
            in.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String answer() throws InterruptedException {
        return line(LONG);
    }

    String ask(String command) throws InterruptedException {
        send(command);
        return answer();
    }

    /** Asks what must go well; the rest of the answer behind ok. */
    String ok(String command) throws InterruptedException {
        String answer = ask(command);
        if (!answer.equals("ok") && !answer.startsWith("ok ")) {
            throw new AssertionError(command + ": " + answer);
        }
        return answer.length() > 3 ? answer.substring(3) : "";
    }

    /** A number of the answer to stats. */
    long stat(String name) throws InterruptedException {
        Matcher number = Pattern.compile("\"" + name + "\":(-?\\d+)").matcher(ask("stats"));
        if (!number.find()) {
            throw new AssertionError("stats has no " + name);
        }
        return Long.parseLong(number.group(1));
    }

    /** A figure of an answer, such as p50. */
    static double figure(String answer, String name) {
        Matcher figure = Pattern.compile(name + "=([0-9.]+)").matcher(answer);
        if (!figure.find()) {
            throw new AssertionError("no " + name + " in " + answer);
        }
        return Double.parseDouble(figure.group(1));
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    int quit() throws InterruptedException {
        ok("quit");
        return process.waitFor();
    }

    int waitFor() throws InterruptedException {
        return process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
