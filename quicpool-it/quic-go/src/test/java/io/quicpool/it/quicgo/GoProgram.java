package io.quicpool.it.quicgo;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A program of this module, built by the Go of this machine. Without a suitable Go, the tests that need it are skipped.
 */
final class GoProgram {

    /** A pool's side over quic-go. */
    static final GoProgram QUIC_GO = new GoProgram(".", "quic-go");

    /** A pool of the Go package NodePassProject/quic. */
    static final GoProgram PACKAGE = new GoProgram("package", "go-package");

    private static final Pattern VERSION = Pattern.compile("go ?(\\d+)\\.(\\d+)");

    private final Path folder;
    private final Path binary;
    private boolean built;

    private record Outcome(int code, String text) {}

    private GoProgram(String folder, String name) {
        this.folder = Path.of(folder).toAbsolutePath();
        this.binary = Path.of("target", name).toAbsolutePath();
    }

    /** Builds it, once in this process. */
    synchronized Path built() throws IOException, InterruptedException {
        if (built) {
            return binary;
        }
        Optional<Path> found = find();
        assumeTrue(found.isPresent(), "no go was found, neither on the path nor in /usr/local/go");
        String go = found.orElseThrow().toString();
        Outcome version = run(go, "version");
        String wanted = Files.readString(folder.resolve("go.mod"));
        assumeTrue(
                version.code == 0 && minor(version.text) >= minor(wanted),
                () -> "quic-go needs a newer go than " + version.text);
        Outcome packages = run(go, "list", "-deps", ".");
        assumeTrue(packages.code == 0, () -> "the modules of go.mod cannot be had: " + packages.text);
        Outcome build = run(go, "build", "-buildvcs=false", "-trimpath", "-o", binary.toString(), ".");
        if (build.code != 0) {
            throw new AssertionError("go build: " + build.text);
        }
        built = true;
        return binary;
    }

    private static Optional<Path> find() {
        List<Path> places = new ArrayList<>();
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            places.add(Path.of(folder));
        }
        places.add(Path.of("/usr/local/go/bin"));
        return places.stream()
                .flatMap(folder -> Stream.of("go", "go.exe").map(folder::resolve))
                .filter(Files::isExecutable)
                .filter(Files::isRegularFile)
                .findFirst();
    }

    // A number that grows with the version: Go's first number has been 1 all along.
    private static int minor(String text) {
        Matcher version = VERSION.matcher(text);
        return version.find() ? Integer.parseInt(version.group(1)) * 1000 + Integer.parseInt(version.group(2)) : 0;
    }

    // With the installed Go: it must not download the version that go.mod names.
    private Outcome run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(Arrays.asList(command)).redirectErrorStream(true);
        builder.directory(folder.toFile());
        builder.environment().put("GOTOOLCHAIN", "local");
        // The checksums of go.sum are enough, because the checksum database may be unreachable.
        builder.environment().put("GONOSUMDB", "*");
        Process process = builder.start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return new Outcome(process.waitFor(), text);
    }
}
