package io.quicpool.it.containers;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What an application needs for the engine netty: these are on the class path of the tests. */
final class NettyJars {

    private NettyJars() {}

    static List<Path> all() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(Path::of)
                .filter(jar -> jar.getFileName().toString().startsWith("netty-"))
                .toList();
    }

    /** Adds them to an archive. */
    static void addTo(Path archive, String... folder) throws IOException {
        try (FileSystem files = FileSystems.newFileSystem(archive)) {
            for (Path jar : all()) {
                Files.copy(
                        jar, files.getPath("", folder).resolve(jar.getFileName().toString()));
            }
        }
    }
}
