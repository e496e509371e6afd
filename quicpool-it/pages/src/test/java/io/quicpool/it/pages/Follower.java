package io.quicpool.it.pages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Follows the steps of a page, with a folder and two terminals. */
final class Follower implements AutoCloseable {

    private final Path folder;
    private final Map<String, String> environment;
    private final Terminal first;
    private @Nullable Terminal second;
    private Terminal last;

    Follower(Path folder, Path maven, LocalRepository repository) throws IOException {
        this.folder = folder;
        environment = environment(maven, repository);
        first = new Terminal(folder, environment);
        last = first;
    }

    private static Map<String, String> environment(Path maven, LocalRepository repository) {
        Path java = Path.of(System.getProperty("java.home"));
        Map<String, String> environment = new HashMap<>(repository.environment());
        environment.put("JAVA_HOME", java.toString());
        environment.put("PATH", maven + ":" + java.resolve("bin") + ":" + System.getenv("PATH") + ":/usr/local/go/bin");
        environment.put("TERM", "xterm");
        // Uses the installed Go, even without access to the checksum database.
        environment.put("GOTOOLCHAIN", "local");
        environment.put("GONOSUMDB", "*");
        return environment;
    }

    /** Runs a command to its end. Returns its output if it failed, otherwise an empty text. */
    String failure(String command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", command);
        builder.environment().putAll(environment);
        Process process =
                builder.directory(folder.toFile()).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
        return process.waitFor() == 0 ? "" : printed.strip();
    }

    void follow(Step step) throws IOException, InterruptedException {
        if (step instanceof Step.Create file) {
            Path path = folder.resolve(file.path());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.content());
        } else if (step instanceof Step.Change change) {
            change(change);
        } else if (step instanceof Step.Type type) {
            last = type.elsewhere() ? second() : first;
            last.execute(type.commands());
        } else if (step instanceof Step.Prints prints) {
            String printed = last.printed();
            assertThat(prints.isIn(printed))
                    .as(() -> prints.text() + " in " + printed)
                    .isTrue();
        } else if (step instanceof Step.Says says) {
            first.awaitText(says.text());
        } else if (step instanceof Step.Press press) {
            first.press(press.key(), press.text());
        } else if (step instanceof Step.End end) {
            first.end(end.key());
        } else if (step instanceof Step.Answers answers) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(answers.address())).build();
            assertThat(HttpClient.newHttpClient()
                            .send(request, BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    /** Waits for the commands that still run. */
    void finish() {
        for (Terminal terminal : second == null ? List.of(first) : List.of(first, second)) {
            terminal.finish();
        }
    }

    private Terminal second() throws IOException {
        if (second == null) {
            second = new Terminal(folder, environment);
        }
        return second;
    }

    private void change(Step.Change change) throws IOException {
        try (Stream<Path> sources = Files.walk(folder.resolve("src"))) {
            List<Path> files =
                    sources.filter(file -> file.endsWith(change.file())).toList();
            assertThat(files).hasSize(1);
            String text = Files.readString(files.get(0));
            assertThat(text).contains(change.from());
            Files.writeString(files.get(0), text.replace(change.from(), change.to()));
        }
    }

    @Override
    public void close() throws IOException {
        first.close();
        if (second != null) {
            second.close();
        }
    }
}
