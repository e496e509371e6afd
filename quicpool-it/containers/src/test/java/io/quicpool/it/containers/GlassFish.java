package io.quicpool.it.containers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** GlassFish as one jar. */
final class GlassFish extends JakartaServer {

    GlassFish() {
        super("glassfish-embedded", System.getProperty("glassfish.version", "?"));
    }

    @Override
    String root() {
        return "/";
    }

    @Override
    List<String> command(Jdk on, Path folder, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(on.java()));
        command.addAll(unpackingIn(folder, options));
        command.addAll(List.of(
                "-jar",
                SERVERS.resolve("glassfish-embedded-all-" + version() + ".jar").toString(),
                "--httpPort=" + httpPort(),
                "--noInfo",
                WAR.toString()));
        return command;
    }
}
