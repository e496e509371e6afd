package io.quicpool.it.containers;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/** The application "stock". */
final class Liberty extends Container {

    /** The name of the server. */
    static final String SERVER = "stock";

    /** The runtime, which servers share. */
    static final Path HOME = Path.of("..", "liberty", "target", "liberty", "wlp")
            .toAbsolutePath()
            .normalize();

    private static final Path MADE = HOME.resolve("usr/servers/defaultServer");
    /** The configuration of the server. */
    static final Path SERVER_XML = MADE.resolve("server.xml");
    /** The packaged application. */
    static final Path WAR = MADE.resolve("apps/stock.war");

    final int stock = freePort();

    private boolean netty;

    Liberty() {
        super("liberty");
        environment("HTTP_HOST", "127.0.0.1");
        environment("HTTP_PORT", Integer.toString(httpPort()));
        set("quicpool.server.\"stock\".listen", "127.0.0.1:" + stock);
        set("quicpool.client.\"prices\".target", "localhost:" + freePort());
    }

    /** The service that it asks. */
    Liberty asking(Quarkus prices) {
        set("quicpool.client.\"prices\".target", "localhost:" + prices.prices);
        return this;
    }

    /** The service whose only client it is in server-led use. */
    Liberty readingHistoryOf(Quarkus prices) {
        set("quicpool.client.\"history\".target", "localhost:" + prices.history);
        set("prices.url", prices.url());
        return this;
    }

    /** Uses the engine netty, whose jars are in the application. */
    Liberty overNetty() {
        netty = true;
        return this;
    }

    /** Deploys its application, and replaces an earlier one. */
    void deploy() throws IOException {
        Path copy = Files.copy(WAR, folder().resolve("deployed.war"), StandardCopyOption.REPLACE_EXISTING);
        if (netty) {
            NettyJar.addTo(copy, "WEB-INF", "lib");
        }
        // At once: the server looks at the folder.
        Files.move(copy, server().resolve("apps/stock.war"), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Puts it there while the server runs, for the n-th time, and waits until it is up. */
    void redeploy(int time) throws IOException {
        deploy();
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(50))
                .until(() ->
                        program().output().split("CWWKZ0003I: The application stock updated", -1).length == time + 1);
        awaitReadiness(200);
    }

    /** The folder of the server: its configuration, and its applications in {@code apps}. */
    Path server() {
        return folder().resolve("servers").resolve(SERVER);
    }

    @Override
    String version() {
        return System.getProperty("open-liberty.version", "?");
    }

    @Override
    String readyPath() {
        return "/health/ready";
    }

    @Override
    String livePath() {
        return "/health/live";
    }

    // The runtime is shared; each server has its own folder, with its own configuration and applications.
    @Override
    List<String> command(Jdk on, Path folder, List<String> options) throws IOException {
        environment("JAVA_HOME", on.home().toString());
        environment("WLP_USER_DIR", folder.toString());
        Path server = server();
        Files.createDirectories(server.resolve("apps"));
        Files.write(server.resolve("jvm.options"), options);
        if (!Files.exists(server.resolve("server.xml"))) {
            Files.copy(SERVER_XML, server.resolve("server.xml"));
        }
        deploy();
        return List.of(HOME.resolve("bin/server").toString(), "run", SERVER);
    }
}
