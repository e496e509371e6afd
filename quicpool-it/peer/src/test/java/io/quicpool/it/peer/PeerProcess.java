package io.quicpool.it.peer;

import io.quicpool.it.support.LineProcess;
import io.quicpool.it.support.QuickJava;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** The peer tool in a separate process, started from its jar as a user would, controlled line by line. */
final class PeerProcess implements AutoCloseable {

    /** The engine of the processes under test. */
    static final String ENGINE = System.getProperty("quicpool.it.transport", "kwik");

    static final String JAR = System.getProperty("quicpool.peer.jar", "target/quicpool-peer.jar");

    private final LineProcess process;
    private final Map<String, String> announced = new HashMap<>();

    static {
        // On a busy machine everything may take long.
        Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
    }

    PeerProcess(String... arguments) {
        this(QuickJava.command("-Xmx512m", "-jar", JAR), arguments);
    }

    private PeerProcess(List<String> java, String... arguments) {
        List<String> command = new ArrayList<>(java);
        command.addAll(List.of(arguments));
        if (command.stream().noneMatch("--transport"::equals)) {
            command.addAll(List.of("--transport", ENGINE));
        }
        process = new LineProcess(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT));
    }

    /** That jar with the optimizing compiler, as users run it. */
    static PeerProcess ofUsers(String jar, String... arguments) {
        return new PeerProcess(List.of(QuickJava.command().get(0), "-jar", jar), arguments);
    }

    /** A server pool on loopback. */
    static PeerProcess server(String... more) throws InterruptedException {
        return started("server", List.of("--listen", "127.0.0.1:0"), more);
    }

    /** A client pool of that server, ready. */
    static PeerProcess client(PeerProcess server, String... more) throws InterruptedException {
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
            throws InterruptedException {
        List<String> all = new ArrayList<>(List.of(role));
        all.addAll(arguments);
        all.addAll(List.of(more));
        PeerProcess peer = new PeerProcess(all.toArray(String[]::new));
        peer.awaitReady();
        return peer;
    }

    void awaitReady() throws InterruptedException {
        for (String line = answer(); !line.equals("ready"); line = answer()) {
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

    void send(String command) {
        process.tell(command);
    }

    String answer() throws InterruptedException {
        return process.next();
    }

    String ask(String command) throws InterruptedException {
        return process.ask(command);
    }

    /** Sends a command that must succeed; returns the rest of the answer after ok. */
    String ok(String command) throws InterruptedException {
        String answer = ask(command);
        if (!answer.equals("ok") && !answer.startsWith("ok ")) {
            throw new AssertionError(command + ": " + answer);
        }
        return answer.length() > 3 ? answer.substring(3) : "";
    }

    /** All that it prints until its end. */
    List<String> rest() throws InterruptedException {
        return process.rest();
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
        process.kill();
    }

    int quit() throws InterruptedException {
        ok("quit");
        return process.process().waitFor();
    }

    int waitFor() throws InterruptedException {
        return process.process().waitFor();
    }

    @Override
    public void close() {
        process.close();
    }
}
