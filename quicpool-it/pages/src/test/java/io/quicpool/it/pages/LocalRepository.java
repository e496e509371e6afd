package io.quicpool.it.pages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A local Maven repository with its own copy of this library, so that the tests do not replace what the user has
 * installed. Everything else is a link to the user's repository.
 */
final class LocalRepository implements AutoCloseable {

    private static final Path USERS = Path.of(System.getProperty("local.repository", "?"));
    private static final String VERSION = System.getProperty("quicpool.version", "?");
    private static final Path OURS = Path.of("io", "quicpool");

    private final Path folder;

    LocalRepository(Path folder) throws IOException {
        this.folder = folder;
        link(USERS, folder, "io");
        link(USERS.resolve("io"), folder.resolve("io"), "quicpool");
    }

    private static void link(Path from, Path to, String not) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> each = Files.list(from)) {
            for (Path one : (Iterable<Path>) each::iterator) {
                if (Files.isDirectory(one) && !one.endsWith(not)) {
                    Files.createSymbolicLink(to.resolve(one.getFileName()), one);
                }
            }
        }
    }

    /** Removes the links. */
    @Override
    public void close() throws IOException {
        for (Path each : List.of(folder, folder.resolve("io"))) {
            try (Stream<Path> files = Files.list(each)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    if (Files.isSymbolicLink(file)) {
                        Files.delete(file);
                    }
                }
            }
        }
    }

    /** The variables with which Maven uses it. */
    Map<String, String> environment() {
        return Map.of("MAVEN_OPTS", "-Dmaven.repo.local=" + folder + " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    }

    /** Installs what was built before the tests, like the command of the page. */
    void takeWhatIsBuilt() throws IOException {
        Path library = Page.project().resolve("quicpool-cdi");
        for (String jar : List.of("", "-tests")) {
            String name = "quicpool-cdi-" + VERSION + jar + ".jar";
            copy(library.resolve("target").resolve(name), "quicpool-cdi", name);
        }
        copy(library.resolve("pom.xml"), "quicpool-cdi", "quicpool-cdi-" + VERSION + ".pom");
        copy(Page.project().resolve("pom.xml"), "quicpool-parent", "quicpool-parent-" + VERSION + ".pom");
    }

    private void copy(Path file, String artifact, String name) throws IOException {
        Path to = folder.resolve(OURS).resolve(artifact).resolve(VERSION);
        Files.createDirectories(to);
        Files.copy(file, to.resolve(name));
    }
}
