package io.quicpool.it.pages;

import static io.quicpool.it.support.Manifests.at;
import static io.quicpool.it.support.Manifests.items;
import static io.quicpool.it.support.Manifests.number;
import static io.quicpool.it.support.Manifests.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.it.support.Manifests;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The pods of the first example for Kubernetes as processes of this machine: with the entry point of the Dockerfile, and with the
 * variables, files, names and ports of the manifest. Each has a loopback address of its own, because both use the same port.
 */
final class Pods implements AutoCloseable {

    /** The keys of each Secret and ConfigMap that is mounted; the page makes files with these names. */
    private static final Map<String, List<String>> FILES =
            Map.of("greetings-tls", List.of("tls.crt", "tls.key"), "internal-ca", List.of("ca.crt"));

    private static final Map<String, String> ADDRESSES = Map.of("greetings", "127.0.0.1", "greeter", "127.0.0.2");
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Pattern ENTRY = Pattern.compile("^ENTRYPOINT \\[(.*)]$", Pattern.MULTILINE);
    private static final Pattern COPY = Pattern.compile("^COPY (\\S+) \\./$", Pattern.MULTILINE);
    private static final Pattern CHECK =
            Pattern.compile("^\\| (`(?:kubectl|curl) .*) \\| (.*) \\|$", Pattern.MULTILINE);
    private static final Pattern QUOTED = Pattern.compile("[`\"]([^`\"]+)[`\"]");
    private static final Pattern DEPLOYMENT = Pattern.compile("(logs|rollout status) deployment/(\\w+)");
    private static final Pattern REQUEST = Pattern.compile("curl localhost:(\\d+)(/\\S+)`");

    private final Manifests manifests = Manifests.of("one-way.yaml");
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, Process> processes = new HashMap<>();
    private final Path folder;

    Pods(Path folder) {
        this.folder = folder;
    }

    /** Starts them, makes the checks of the page, and ends the server as Kubernetes does. */
    void check(String page) throws IOException, InterruptedException {
        for (String name : ADDRESSES.keySet()) {
            start(name);
        }
        List<MatchResult> checks = CHECK.matcher(Page.text(page)).results().toList();
        assertThat(checks).hasSizeGreaterThan(5);
        for (MatchResult check : checks) {
            check(check.group(1), check.group(2));
        }
        end("greetings");
    }

    private Object pod(String name) {
        return Objects.requireNonNull(at(manifests.named("Deployment", name), "spec", "template", "spec"));
    }

    private Object container(String name) {
        return items(pod(name), "containers").get(0);
    }

    // ---- the start

    private void start(String name) throws IOException {
        String dockerfile = Files.readString(folder.resolve("Dockerfile"));
        List<String> command = new ArrayList<>(quoted(group(ENTRY, dockerfile)));
        assertThat(command.get(0)).isEqualTo("java");
        command.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.resolve(name).resolve(group(COPY, dockerfile)).toFile())
                .redirectErrorStream(true)
                .redirectOutput(log(name).toFile());
        builder.environment().clear();
        builder.environment().putAll(environment(name));
        processes.put(name, builder.start());
    }

    private Map<String, String> environment(String name) throws IOException {
        Map<String, String> environment = new TreeMap<>();
        for (Object from : items(container(name), "envFrom")) {
            Object map = manifests.named("ConfigMap", text(from, "configMapRef", "name"));
            ((Map<?, ?>) Objects.requireNonNull(at(map, "data")))
                    .forEach((key, value) -> environment.put(key.toString(), value.toString()));
        }
        if (at(container(name), "env") != null) {
            items(container(name), "env").forEach(one -> environment.put(text(one, "name"), text(one, "value")));
        }
        mount(name, environment);
        // What the cluster's network does: an address for each pod, and names of Services.
        environment.put("QUARKUS_HTTP_HOST", address(name));
        Path hosts = folder.resolve("hosts");
        Files.writeString(hosts, address("greetings") + " greetings\n");
        environment.merge("JAVA_TOOL_OPTIONS", "-Djdk.net.hosts.file=" + hosts, (one, other) -> one + " " + other);
        return environment;
    }

    private static String address(String name) {
        return Objects.requireNonNull(ADDRESSES.get(name));
    }

    // The variables name a folder instead of /etc, so that nothing is written there.
    private void mount(String name, Map<String, String> environment) throws IOException {
        for (Object mount : items(container(name), "volumeMounts")) {
            Object volume = items(pod(name), "volumes").stream()
                    .filter(one -> text(one, "name").equals(text(mount, "name")))
                    .findFirst()
                    .orElseThrow();
            String source = at(volume, "secret") == null
                    ? text(volume, "configMap", "name")
                    : text(volume, "secret", "secretName");
            String path = text(mount, "mountPath");
            Path mounted = Files.createDirectories(folder.resolve("pods/" + name + path));
            for (String file : Objects.requireNonNull(FILES.get(source), source)) {
                Files.copy(folder.resolve(file), mounted.resolve(file));
            }
            environment.replaceAll(
                    (key, value) -> value.startsWith(path + "/") ? mounted + value.substring(path.length()) : value);
        }
    }

    // ---- the checks

    private void check(String command, String seen) throws IOException, InterruptedException {
        List<String> texts = quoted(seen);
        MatchResult deployment = first(DEPLOYMENT, command);
        MatchResult request = first(REQUEST, command);
        if (deployment != null && deployment.group(1).equals("logs")) {
            for (String text : texts) {
                await().atMost(LONG)
                        .untilAsserted(() ->
                                assertThat(log(deployment.group(2))).content().contains(text));
            }
        } else if (deployment != null) {
            for (String probe : List.of("startupProbe", "readinessProbe")) {
                awaitSuccess(probe(deployment.group(2), probe));
            }
        } else if (request != null) {
            assertThat(command.contains("port-forward") || command.startsWith("`curl"))
                    .isTrue();
            assertThat(Integer.parseInt(request.group(1))).isEqualTo(httpPort("greeter"));
            URI address = uri("greeter", request.group(2));
            for (String text : texts) {
                await().atMost(LONG)
                        .untilAsserted(() -> assertThat(get(address).body()).contains(text.replace(" ...", "")));
            }
        } else {
            throw new AssertionError("what does one see of " + command);
        }
    }

    private void awaitSuccess(URI probe) {
        await().atMost(LONG)
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(
                        () -> assertThat(get(probe).statusCode()).as(this::logs).isEqualTo(200));
    }

    private HttpResponse<String> get(URI address) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
    }

    private URI probe(String name, String probe) {
        assertThat(text(container(name), probe, "httpGet", "port")).isEqualTo("http");
        return uri(name, text(container(name), probe, "httpGet", "path"));
    }

    private URI uri(String name, String path) {
        return URI.create("http://" + address(name) + ":" + httpPort(name) + path);
    }

    private int httpPort(String name) {
        return items(container(name), "ports").stream()
                .filter(port -> text(port, "name").equals("http"))
                .map(port -> number(port, "containerPort"))
                .findFirst()
                .orElseThrow();
    }

    private Path log(String name) {
        return folder.resolve(name + ".log");
    }

    private String logs() {
        StringBuilder logs = new StringBuilder();
        for (String name : ADDRESSES.keySet()) {
            try {
                logs.append(Files.readString(log(name)));
            } catch (IOException e) {
                logs.append(e);
            }
        }
        return logs.toString();
    }

    // ---- the end

    // SIGTERM reaches Java itself, and its pool closes within the time that the pod has.
    private void end(String name) throws InterruptedException {
        Process process = Objects.requireNonNull(processes.get(name));
        process.destroy();
        assertThat(process.waitFor(number(pod(name), "terminationGracePeriodSeconds"), TimeUnit.SECONDS))
                .isTrue();
        assertThat(log(name)).content().contains("server greetings: closed");
    }

    @Override
    public void close() {
        processes.values().forEach(Process::destroyForcibly);
    }

    // ---- texts

    private static List<String> quoted(String text) {
        return QUOTED.matcher(text).results().map(one -> one.group(1)).toList();
    }

    private static String group(Pattern pattern, String text) {
        return Objects.requireNonNull(first(pattern, text), pattern.pattern()).group(1);
    }

    private static @Nullable MatchResult first(Pattern pattern, String text) {
        return pattern.matcher(text).results().findFirst().orElse(null);
    }
}
