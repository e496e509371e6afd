package io.quicpool.it.containers;

import io.quicpool.it.support.QuickJava;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The application "prices" in the dev mode of Quarkus, which compiles changes and restarts the application in the same process.
 * Uses a copy of the sources, with the library as built. Configured by its file, as a developer does.
 */
final class QuarkusDev extends Container {

    private static final Path POMS = Path.of("src", "test", "resources", "dev");
    private static final Path LIBRARY = Path.of("..", "..", "quicpool-cdi", "target", "classes");
    private static final Path APPLICATION = Path.of("..", "quarkus");
    private static final Path MAVEN =
            JakartaServer.SERVERS.resolve("apache-maven-" + System.getProperty("dev.maven.version", "?"));

    final int prices = freePort();
    private final List<String> lines = new ArrayList<>();

    QuarkusDev() {
        super("quarkus-dev");
    }

    /** The service that it asks. */
    QuarkusDev asking(int stock) {
        lines.add("quicpool.client.\"stock\".target=localhost:" + stock);
        return this;
    }

    /** Adds a class. */
    void add(String type, String code) throws IOException {
        Files.writeString(source(type), code);
    }

    /** Puts a piece of code of a class in place of another. */
    void edit(String type, String before, String after) throws IOException {
        Path source = source(type);
        String code = Files.readString(source);
        if (!code.contains(before)) {
            throw new IllegalStateException(source + " has no " + before);
        }
        Files.writeString(source, code.replace(before, after));
    }

    private Path source(String type) {
        return folder().resolve("app/src/main/java/io/quicpool/it/prices/" + type + ".java");
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
    List<String> command(Jdk on, Path folder, List<String> options) throws IOException {
        environment("JAVA_HOME", on.home().toString());
        environment("MAVEN_OPTS", String.join(" ", QuickJava.OPTIONS));
        for (String module : List.of("", "lib", "app")) {
            Path pom = Path.of(module, "pom.xml");
            Files.createDirectories(folder.resolve(module));
            Files.writeString(
                    folder.resolve(pom),
                    Files.readString(POMS.resolve(pom))
                            .replace("@kwik.version@", System.getProperty("kwik.version", "?"))
                            .replace("@jspecify.version@", System.getProperty("jspecify.version", "?"))
                            .replace("@quarkus.version@", version()));
        }
        copy(LIBRARY, folder.resolve("lib/target/classes"));
        copy(APPLICATION.resolve("src/main"), folder.resolve("app/src/main"));
        copy(APPLICATION.resolve("target/classes"), folder.resolve("app/target/classes"));
        // Maven copies the file below src only if it is newer. Within one tick of the file system's clock it is not.
        Files.delete(folder.resolve("app/target/classes/application.properties"));
        configure(folder.resolve("app/src/main/resources/application.properties"));
        return List.of(
                MAVEN.resolve("bin/mvn").toString(),
                "-B",
                "compile",
                "io.quarkus.platform:quarkus-maven-plugin:" + version() + ":dev",
                "-Ddebug=false",
                "-Dquarkus.analytics.disabled=true");
    }

    private void configure(Path file) throws IOException {
        lines.add("quarkus.http.host=127.0.0.1");
        lines.add("quarkus.http.port=" + httpPort());
        // Always a full reload.
        lines.add("quarkus.live-reload.instrumentation=false");
        lines.add("quarkus.console.enabled=false");
        lines.add("quarkus.test.continuous-testing=disabled");
        lines.add("quicpool.server.\"prices\".listen=127.0.0.1:" + prices);
        lines.add("quicpool.server.\"prices\".handler-executor=container");
        for (Map.Entry<String, String> property : properties().entrySet()) {
            lines.add(property.getKey() + "=" + property.getValue());
        }
        List<String> set = lines.stream()
                .map(line -> line.substring(0, line.indexOf('=') + 1))
                .toList();
        List<String> all = new ArrayList<>(Files.readAllLines(file));
        all.removeIf(line -> set.stream().anyMatch(line::startsWith));
        all.addAll(lines);
        Files.write(file, all);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            files.forEach(file -> {
                try {
                    Path copy = to.resolve(from.relativize(file));
                    if (Files.isDirectory(file)) {
                        Files.createDirectories(copy);
                    } else {
                        Files.copy(file, copy);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
