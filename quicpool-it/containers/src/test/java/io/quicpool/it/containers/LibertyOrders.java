package io.quicpool.it.containers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Open Liberty with a managed executor and JNDI, which "stock" does not need. */
final class LibertyOrders extends JakartaServer {

    private static final Path CONFIGURATION =
            Path.of("..", "jakarta", "src", "main", "liberty", "config", "server.xml");

    LibertyOrders() {
        super("liberty", System.getProperty("open-liberty.version", "?"));
        environment("HTTP_HOST", "127.0.0.1");
        environment("HTTP_PORT", Integer.toString(httpPort()));
    }

    @Override
    List<String> command(Jdk on, Path folder, List<String> options) throws IOException {
        environment("JAVA_HOME", on.home().toString());
        environment("WLP_USER_DIR", folder.toString());
        Path server = folder.resolve("servers").resolve("orders");
        Files.createDirectories(server.resolve("apps"));
        Files.write(server.resolve("jvm.options"), options);
        Files.copy(CONFIGURATION, server.resolve("server.xml"));
        deploy(folder.resolve("copy.war"), server.resolve("apps/orders.war"));
        return List.of(Liberty.HOME.resolve("bin/server").toString(), "run", "orders");
    }
}
