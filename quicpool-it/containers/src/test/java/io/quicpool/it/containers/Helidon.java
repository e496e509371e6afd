package io.quicpool.it.containers;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The application "shop". Needs Java 21. */
final class Helidon extends Container {

    static final int LEAST_JAVA = 21;

    private static final Path JAR =
            Path.of("..", "helidon", "target", "shop.jar").toAbsolutePath().normalize();

    private boolean netty;

    Helidon() {
        super("helidon");
        Optional<Jdk> jdk = Jdk.atLeast(LEAST_JAVA);
        assumeTrue(jdk.isPresent(), "no JDK of version " + LEAST_JAVA + " or newer was found, which Helidon 4 needs");
        on(jdk.get());
        set("server.host", "127.0.0.1");
        set("server.port", Integer.toString(httpPort()));
        set("quicpool.client.\"prices\".target", "localhost:" + freePort());
        set("quicpool.client.\"stock\".target", "localhost:" + freePort());
    }

    /** With the engine netty beside its jars. */
    Helidon overNetty() {
        netty = true;
        return this;
    }

    static boolean canRun() {
        return Jdk.atLeast(LEAST_JAVA).isPresent();
    }

    /** The services that it asks. */
    Helidon asking(Quarkus prices, Liberty stock) {
        set("quicpool.client.\"prices\".target", "localhost:" + prices.prices);
        set("quicpool.client.\"stock\".target", "localhost:" + stock.stock);
        return this;
    }

    /** Sets both to one that is only a peer. */
    Helidon asking(Quarkus peer) {
        set("quicpool.client.\"prices\".target", "localhost:" + peer.prices);
        set("quicpool.client.\"stock\".target", "localhost:" + peer.prices);
        return this;
    }

    @Override
    String version() {
        return System.getProperty("helidon.version", "?");
    }

    @Override
    String readyPath() {
        return "/health/ready";
    }

    @Override
    String livePath() {
        return "/health/live";
    }

    @Override
    List<String> command(Jdk on, Path folder, List<String> options) {
        List<String> command = new ArrayList<>(List.of(on.java()));
        command.addAll(options);
        command.addAll(
                netty
                        ? List.of("-cp", JAR + File.pathSeparator + NettyJar.path(), "io.helidon.microprofile.cdi.Main")
                        : List.of("-jar", JAR.toString()));
        return command;
    }
}
