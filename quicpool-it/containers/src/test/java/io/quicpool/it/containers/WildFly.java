package io.quicpool.it.containers;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** WildFly with its MicroProfile subsystems. */
final class WildFly extends JakartaServer {

    private static final String VERSION = System.getProperty("wildfly.version", "?");
    private static final Path HOME = SERVERS.resolve("wildfly-" + VERSION);
    private static final String CONFIGURATION = "standalone-microprofile.xml";

    private final int managementPort = freePort();

    WildFly() {
        super("wildfly", VERSION);
        set("jboss.home.dir", HOME.toString());
        set("jboss.http.port", Integer.toString(httpPort()));
        set("jboss.https.port", Integer.toString(freePort()));
        set("jboss.management.http.port", Integer.toString(managementPort));
    }

    @Override
    String readyPath() {
        return "http://127.0.0.1:" + managementPort + "/health/ready";
    }

    @Override
    boolean redeploys() {
        return true;
    }

    private Path deployments() {
        return folder().resolve("deployments");
    }

    @Override
    void redeploy() throws IOException {
        deploy(folder().resolve("copy.war"), deployments().resolve("orders.war"));
        Files.createFile(deployments().resolve("orders.war.dodeploy"));
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> program().output().contains("WFLYSRV0016: Replaced deployment \"orders.war\""));
    }

    // The installation is shared; each server has its own folder.
    @Override
    List<String> command(Jdk on, Path folder, List<String> options) throws IOException {
        Path configuration = Files.createDirectories(folder.resolve("configuration"));
        try (Stream<Path> files = Files.list(HOME.resolve("standalone/configuration"))) {
            for (Path file : files.toList()) {
                Files.writeString(
                        configuration.resolve(file.getFileName()),
                        Files.readString(file).replace("scan-interval=\"5000\"", "scan-interval=\"500\""));
            }
        }
        Files.createDirectories(deployments());
        deploy(folder.resolve("copy.war"), deployments().resolve("orders.war"));
        List<String> command = new ArrayList<>(List.of(on.java()));
        // The JDK's agent for JMX would begin to log before the server's own log manager is there.
        options.removeIf(option -> option.startsWith("-Dcom.sun.management"));
        command.addAll(options);
        command.addAll(List.of(
                "-Djboss.server.base.dir=" + folder,
                "-jar",
                HOME.resolve("jboss-modules.jar").toString(),
                "-mp",
                HOME.resolve("modules").toString(),
                "org.jboss.as.standalone",
                "-c",
                CONFIGURATION));
        return command;
    }
}
