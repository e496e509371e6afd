package io.quicpool.it.containers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Payara Micro: the server is one jar. */
final class PayaraMicro extends JakartaServer {

    PayaraMicro(String version) {
        super("payara-micro", version);
    }

    @Override
    List<String> command(Jdk on, Path folder, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(on.java()));
        command.addAll(unpackingIn(folder, options));
        command.addAll(List.of(
                "-jar",
                SERVERS.resolve("payara-micro-" + version() + ".jar").toString(),
                "--nohazelcast",
                "--disablephonehome",
                "--port",
                Integer.toString(httpPort()),
                "--contextroot",
                "orders",
                "--deploy",
                WAR.toString()));
        return command;
    }
}
