package io.quicpool.it.containers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** A Jakarta EE server with the application "orders", the same war in all of them. */
abstract class JakartaServer extends Container {

    /** The packaged application. */
    static final Path WAR =
            Path.of("..", "jakarta", "target", "orders.war").toAbsolutePath().normalize();
    /** Where the build has put the servers. */
    static final Path SERVERS = Path.of("target", "servers").toAbsolutePath();

    final int orders = freePort();
    final int returns = freePort();
    private final String version;

    JakartaServer(String name, String version) {
        super(name);
        this.version = version;
        set("quicpool.server.\"orders\".listen", "127.0.0.1:" + orders);
        set("quicpool.server.\"returns\".listen", "127.0.0.1:" + returns);
        set("quicpool.server.handler-executor", "container");
        // The last one wins.
        option("-Xmx512m");
    }

    /** The service that it asks. */
    JakartaServer asking(int stock) {
        set("quicpool.client.\"stock\".target", "localhost:" + stock);
        set("quicpool.client.\"supplies\".target", "localhost:" + stock);
        return this;
    }

    /** The path of the application. */
    String root() {
        return "/orders/";
    }

    /** Whether an application can be replaced while the server runs. */
    boolean redeploys() {
        return false;
    }

    void redeploy() throws IOException {
        throw new UnsupportedOperationException(toString());
    }

    /** Replaces the application, for servers that watch the folder. */
    static void deploy(Path copy, Path to) throws IOException {
        Files.copy(WAR, copy, StandardCopyOption.REPLACE_EXISTING);
        Files.move(copy, to, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Options for a server that unpacks itself into its own folder. */
    static List<String> unpackingIn(Path folder, List<String> options) throws IOException {
        Path temporary = Files.createDirectories(folder.resolve("tmp"));
        options.add("-Djava.io.tmpdir=" + temporary);
        return options;
    }

    @Override
    String version() {
        return version;
    }

    @Override
    String readyPath() {
        return "/health/ready";
    }

    @Override
    String livePath() {
        return root() + "pools";
    }
}
