package io.quicpool.it.bench.rows;

import io.quicpool.it.support.PemFiles;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** quic-go, a new stream for each request. Its two processes are a program that the Go of this machine builds. */
public final class GoRow implements Row {

    private static final String FOLDER = "quicpool-it/bench/go";

    private @Nullable Path binary;
    private @Nullable String missing;
    private boolean tried;

    @Override
    public String name() {
        return "quic-go-stream";
    }

    @Override
    public synchronized @Nullable String missing() {
        if (!tried) {
            tried = true;
            missing = build();
        }
        return missing;
    }

    /** The program. */
    public synchronized Path binary() {
        if (missing() != null || binary == null) {
            throw new IllegalStateException(missing);
        }
        return binary;
    }

    // In the folder of the sources, or where the tests of this module run.
    private @Nullable String build() {
        Optional<Path> sources = Stream.of(FOLDER, "go")
                .map(Path::of)
                .filter(folder -> Files.isRegularFile(folder.resolve("go.mod")))
                .findFirst();
        Optional<Path> go = findGo();
        if (sources.isEmpty()) {
            return "no folder " + FOLDER + " here: run it from the folder of the sources";
        }
        if (go.isEmpty()) {
            return "no go was found, neither on the path nor in /usr/local/go";
        }
        try {
            Path made = Files.createTempDirectory("quicpool-bench-go").resolve("bench");
            String failure = run(
                    sources.get(),
                    go.get().toString(),
                    "build",
                    "-buildvcs=false",
                    "-trimpath",
                    "-o",
                    made.toString(),
                    ".");
            binary = made;
            return failure;
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e.toString();
        }
    }

    private static Optional<Path> findGo() {
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

    // With the installed Go: it must not download the version that go.mod names. The checksums of go.sum are enough.
    private static @Nullable String run(Path folder, String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(Arrays.asList(command)).redirectErrorStream(true);
        builder.directory(folder.toFile());
        builder.environment().put("GOTOOLCHAIN", "local");
        builder.environment().put("GONOSUMDB", "*");
        Process process = builder.start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return process.waitFor() == 0 ? null : "go build: " + text.replaceAll("\\R", " ");
    }

    @Override
    public Server serve(String host, PemFiles keys) {
        throw new UnsupportedOperationException("a program of its own");
    }

    @Override
    public Client connect(String host, int port, PemFiles keys, int callers) {
        throw new UnsupportedOperationException("a program of its own");
    }
}
