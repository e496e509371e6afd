package io.quicpool.it.containers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A JDK of this machine. */
record Jdk(Path home, int feature) {

    /** The one that runs the tests. */
    static final Jdk CURRENT =
            new Jdk(Path.of(System.getProperty("java.home")), Runtime.version().feature());

    /** One of each version that is found where Linux distributions, macOS and SDKMAN put them; the current one first of all. */
    static List<Jdk> all() {
        TreeMap<Integer, Jdk> found = new TreeMap<>();
        for (Path folder : List.of(
                Path.of("/usr/lib/jvm"),
                Path.of("/Library/Java/JavaVirtualMachines"),
                Path.of(System.getProperty("user.home"), ".sdkman", "candidates", "java"),
                Path.of(System.getProperty("user.home"), ".jdks"))) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> homes = Files.list(folder)) {
                    homes.sorted()
                            .flatMap(home -> at(home).or(() -> at(home.resolve("Contents/Home"))).stream())
                            .forEach(jdk -> found.put(jdk.feature, jdk));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        found.put(CURRENT.feature, CURRENT);
        return new ArrayList<>(found.values());
    }

    /** The current one if it is new enough, otherwise the oldest that is. */
    static Optional<Jdk> atLeast(int feature) {
        return CURRENT.feature >= feature
                ? Optional.of(CURRENT)
                : all().stream().filter(jdk -> jdk.feature >= feature).findFirst();
    }

    // Each has a file with its version.
    private static Optional<Jdk> at(Path home) {
        Path release = home.resolve("release");
        if (!Files.isExecutable(home.resolve("bin/java")) || !Files.isReadable(release)) {
            return Optional.empty();
        }
        try {
            return Files.readAllLines(release).stream()
                    .filter(line -> line.startsWith("JAVA_VERSION="))
                    .map(line -> Runtime.Version.parse(line.substring(line.indexOf('"') + 1, line.lastIndexOf('"'))))
                    .map(version -> new Jdk(home, version.feature()))
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String java() {
        return home.resolve("bin/java").toString();
    }
}
