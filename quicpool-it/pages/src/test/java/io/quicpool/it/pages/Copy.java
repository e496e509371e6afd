package io.quicpool.it.pages;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/** A copy of the project, for a build beside the one that runs the tests. */
final class Copy {

    private static final Set<String> NOT = Set.of("target", ".git");

    private Copy() {}

    static void ofProject(Path to) throws IOException {
        Path project = Page.project();
        Files.walkFileTree(project, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path from, BasicFileAttributes attributes) throws IOException {
                if (NOT.contains(from.getFileName().toString())) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(to.resolve(project.relativize(from)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path copy = to.resolve(project.relativize(file));
                Files.deleteIfExists(copy);
                Files.copy(file, copy);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
