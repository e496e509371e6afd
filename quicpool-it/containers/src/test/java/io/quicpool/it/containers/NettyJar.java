package io.quicpool.it.containers;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The engine netty, which is on the class path of the tests. */
final class NettyJar {

    private NettyJar() {}

    static Path path() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(Path::of)
                .filter(entry -> entry.getFileName().toString().startsWith("quicpool-netty-"))
                .findFirst()
                .orElseThrow();
    }

    /** Adds it to an archive. */
    static void addTo(Path archive, String... folder) throws IOException {
        Path jar = path();
        try (FileSystem files = FileSystems.newFileSystem(archive)) {
            Files.copy(jar, files.getPath("", folder).resolve(jar.getFileName().toString()));
        }
    }
}
