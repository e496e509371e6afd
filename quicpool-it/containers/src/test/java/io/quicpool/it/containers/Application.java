package io.quicpool.it.containers;

import static io.quicpool.it.support.Manifests.at;
import static io.quicpool.it.support.Manifests.items;
import static io.quicpool.it.support.Manifests.number;
import static io.quicpool.it.support.Manifests.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.config.Endpoint;
import io.quicpool.it.support.Manifests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An application of docs/kubernetes, with its manifests. */
@SuppressWarnings("ImmutableEnumChecker") // nobody changes it
enum Application {

    /** On Quarkus, which lets requests finish for up to 20 s (its own setting) before it stops the application. */
    PRICES(
            new Quarkus(),
            "quarkus/src/main/resources/application.properties",
            "quarkus/src/main/resources/application.properties",
            "quarkus.http.port=(\\d+)",
            Duration.ofSeconds(20)),
    /** On Open Liberty, which does so for up to 30 s. */
    STOCK(
            new Liberty(),
            "liberty/src/main/resources/META-INF/microprofile-config.properties",
            "liberty/src/main/liberty/config/server.xml",
            "name=\"http.port\" defaultValue=\"(\\d+)\"",
            Duration.ofSeconds(30));

    /** The contents of the volumes, by Secret or ConfigMap. */
    static final Map<String, Set<String>> FILES = Map.of(
            "prices-tls", Set.of("tls.crt", "tls.key"),
            "stock-tls", Set.of("tls.crt", "tls.key"),
            "internal-ca", Set.of("ca.crt"));

    // Has the paths of probes, which the tests in the container use.
    private final Container server;
    private final Map<String, String> properties = new HashMap<>();
    private final int httpPort;
    private final Duration stopOfContainer;

    Application(
            Container server, String properties, String fileWithHttpPort, String httpPort, Duration stopOfContainer) {
        this.server = server;
        read(properties)
                .lines()
                .filter(line -> line.contains("=") && !line.startsWith("#"))
                .forEach(line -> this.properties.put(
                        line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1)));
        Matcher port = Pattern.compile(httpPort).matcher(read(fileWithHttpPort));
        assertThat(port.find()).as(fileWithHttpPort).isTrue();
        this.httpPort = Integer.parseInt(port.group(1));
        this.stopOfContainer = stopOfContainer;
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of("..", file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    Application other() {
        return this == PRICES ? STOCK : PRICES;
    }

    /** Where the application's own properties have its server pool, which has its name. */
    int quicPort() {
        String listen = properties.get("quicpool.server.\"" + label() + "\".listen");
        assertThat(listen).as(label()).startsWith("0.0.0.0:");
        return Endpoint.parse("listen", String.valueOf(listen)).port();
    }

    Container server() {
        return server;
    }

    /** The application's own properties. */
    Map<String, String> properties() {
        return properties;
    }

    /** How long its container lets requests finish. */
    Duration stopOfContainer() {
        return stopOfContainer;
    }

    // ---- its manifests

    Manifests manifests() {
        return Manifests.of(label() + ".yaml");
    }

    /** Where Secrets and ConfigMaps are mounted: their names by path. */
    Map<String, String> secretMounts() {
        Object pod = pod();
        Map<String, String> sources = new HashMap<>();
        for (Object volume : items(pod, "volumes")) {
            Object secret = at(volume, "secret", "secretName");
            Object source = secret == null ? at(volume, "configMap", "name") : secret;
            if (source != null) {
                sources.put(text(volume, "name"), source.toString());
            }
        }
        Map<String, String> mounts = new TreeMap<>();
        for (Object mount : items(container(), "volumeMounts")) {
            String source = sources.get(text(mount, "name"));
            if (source != null) {
                mounts.put(text(mount, "mountPath"), source);
            }
        }
        return mounts;
    }

    Object pod() {
        return Objects.requireNonNull(at(manifests().only("Deployment"), "spec", "template", "spec"));
    }

    Object container() {
        List<Object> containers = items(pod(), "containers");
        assertThat(containers).hasSize(1);
        return containers.get(0);
    }

    Map<String, String> containerPorts() {
        Map<String, String> ports = new HashMap<>();
        for (Object port : items(container(), "ports")) {
            ports.put(text(port, "name"), number(port, "containerPort") + "/" + text(port, "protocol"));
        }
        return ports;
    }

    String http() {
        return httpPort + "/TCP";
    }

    Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>();
        for (Object from : items(container(), "envFrom")) {
            Object map = manifests().named("ConfigMap", text(from, "configMapRef", "name"));
            ((Map<?, ?>) Objects.requireNonNull(at(map, "data"))).forEach((name, value) -> {
                assertThat(value).as("%s, a text for Kubernetes", name).isInstanceOf(String.class);
                environment.put(name.toString(), value.toString());
            });
        }
        for (Object variable : items(container(), "env")) {
            environment.put(text(variable, "name"), text(variable, "value"));
        }
        return environment;
    }
}
