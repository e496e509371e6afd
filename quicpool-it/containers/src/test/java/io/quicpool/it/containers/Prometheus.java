package io.quicpool.it.containers;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quicpool.it.support.Manifests;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/** A Prometheus that scrapes one application each second. It needs the program {@code prometheus}. */
final class Prometheus implements AutoCloseable {

    private static final String CONFIGURATION = """
            global:
              scrape_interval: 1s
              scrape_timeout: 1s
            rule_files:
              - %s
            scrape_configs:
              - job_name: pools
                metrics_path: /q/metrics
                static_configs:
                  - targets: ['127.0.0.1:%d']
            """;

    private final HttpClient http = HttpClient.newHttpClient();
    private final int port = Container.freePort();
    private final Program program;

    Prometheus(Container scraped) {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "prometheus"))),
                "prometheus is not installed");
        Path folder = Path.of("target", "run", "prometheus-" + port).toAbsolutePath();
        Path rules =
                Path.of("..", "..", "docs", "prometheus", "quicpool-alerts.yml").toAbsolutePath();
        try {
            Files.createDirectories(folder);
            Files.writeString(
                    folder.resolve("prometheus.yml"), CONFIGURATION.formatted(rules.normalize(), scraped.httpPort()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        program = new Program(
                "prometheus",
                folder,
                Map.of(),
                List.of(
                        "prometheus",
                        "--config.file=prometheus.yml",
                        "--storage.tsdb.path=data",
                        "--web.listen-address=127.0.0.1:" + port));
    }

    /** The value of an expression that has one; empty while there is none. */
    OptionalDouble value(String expression) {
        String query = URLEncoder.encode(expression, StandardCharsets.UTF_8);
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/query?query=" + query))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            // JSON is YAML.
            Object body = new Yaml().load(answer.body());
            List<Object> results = Manifests.items(Manifests.at(body, "data"), "result");
            return results.size() != 1
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(Double.parseDouble(
                            Manifests.items(results.get(0), "value").get(1).toString()));
        } catch (IOException e) {
            if (!program.alive()) {
                throw new IllegalStateException(program.output(), e);
            }
            return OptionalDouble.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        program.close();
    }
}
