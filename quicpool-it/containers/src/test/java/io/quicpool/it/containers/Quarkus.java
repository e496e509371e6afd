package io.quicpool.it.containers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The application "prices". */
final class Quarkus extends Container {

    /** The application of this build. */
    static final Path FOLDER = Path.of("..", "quarkus", "target", "quarkus-app").toAbsolutePath();

    private final Path application;
    final int prices = freePort();
    final int history = freePort();

    Quarkus() {
        this(FOLDER);
    }

    /** The application in this folder, which may be of another version. */
    Quarkus(Path application) {
        super("quarkus");
        this.application = application;
        set("quarkus.http.host", "127.0.0.1");
        set("quarkus.http.port", Integer.toString(httpPort()));
        set("quicpool.server.\"prices\".listen", "127.0.0.1:" + prices);
        set("quicpool.server.\"history\".listen", "127.0.0.1:" + history);
        set("quicpool.client.\"stock\".target", "localhost:" + freePort());
        set("quicpool.transport", "kwik");
    }

    /** With the engine netty, which is in the application. */
    Quarkus overNetty() {
        set("quicpool.transport", "auto");
        return this;
    }

    /** The names of the jars of the application. */
    static List<String> jars() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER.resolve("lib").resolve("main"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** The service that it asks. */
    Quarkus asking(Liberty stock) {
        set("quicpool.client.\"stock\".target", "localhost:" + stock.stock);
        return this;
    }

    /** The same, for another that is only a peer. */
    Quarkus asking(Quarkus peer) {
        set("quicpool.client.\"stock\".target", "localhost:" + peer.prices);
        return this;
    }

    @Override
    String version() {
        return System.getProperty("quarkus.version", "?");
    }

    @Override
    String readyPath() {
        return "/q/health/ready";
    }

    @Override
    String livePath() {
        return "/q/health/live";
    }

    @Override
    List<String> command(Jdk on, Path folder, List<String> options) {
        List<String> command = new ArrayList<>(List.of(on.java()));
        command.addAll(options);
        command.addAll(List.of("-jar", application.resolve("quarkus-run.jar").toString()));
        return command;
    }
}
