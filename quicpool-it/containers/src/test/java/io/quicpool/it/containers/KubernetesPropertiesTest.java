package io.quicpool.it.containers;

import static io.quicpool.it.support.Manifests.at;
import static io.quicpool.it.support.Manifests.items;
import static io.quicpool.it.support.Manifests.number;
import static io.quicpool.it.support.Manifests.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.Endpoint;
import io.quicpool.config.PoolKind;
import io.quicpool.config.PoolOptions;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.TargetAddress;
import io.quicpool.it.support.Manifests;
import io.quicpool.settings.PoolSettings;
import io.quicpool.settings.Settings;
import io.quicpool.settings.SettingsReader;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The component reads the properties in the manifests of docs/kubernetes, and the pools fit to each other, to the files, and to the
 * time that pods have to end. Nothing here runs in a cluster.
 */
class KubernetesPropertiesTest {

    /** How long closing takes at most after the longest drain time-out. */
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    @TempDir
    static Path root;

    @BeforeAll
    static void files() throws Exception {
        Map<String, String> content = Map.of(
                "tls.crt", Files.readString(Container.CERTIFICATES.certificate()),
                "tls.key", Files.readString(Container.CERTIFICATES.privateKey()),
                "ca.crt", Files.readString(Container.CERTIFICATES.certificate()));
        for (Application application : Application.values()) {
            for (Map.Entry<String, String> mount : application.secretMounts().entrySet()) {
                Path folder = Files.createDirectories(inRoot(application, mount.getKey()));
                for (String file : Application.FILES.getOrDefault(mount.getValue(), Set.of())) {
                    Files.writeString(folder.resolve(file), content.getOrDefault(file, ""));
                }
            }
        }
    }

    private static Path inRoot(Application application, String path) {
        return root.resolve(application.label()).resolve(path.substring(1));
    }

    @Test
    void theOneWayExampleFits() {
        Manifests manifests = Manifests.of("one-way.yaml");
        Settings greetings = oneWay(manifests, "greetings");
        Settings greeter = oneWay(manifests, "greeter");
        assertThat(greetings.clients()).isEmpty();
        assertThat(greeter.servers()).isEmpty();
        int port = greetings.servers().get(0).config().listen().port();
        assertThat(greeter.clients().get(0).config().targets())
                .extracting(TargetAddress::endpoint)
                .containsExactly(new Endpoint("greetings", port));
        Object service = manifests.named("Service", "greetings");
        assertThat(at(service, "spec", "clusterIP")).isEqualTo("None");
        Object published = items(service, "spec", "ports").get(0);
        assertThat(number(published, "port")).isEqualTo(port);
        assertThat(text(published, "protocol")).isEqualTo("UDP");
        for (String name : List.of("greetings", "greeter")) {
            Object deployment = manifests.named("Deployment", name);
            assertThat(at(deployment, "spec", "selector", "matchLabels")).isEqualTo(Map.of("app", name));
            assertThat(at(manifests.named("Service", name), "spec", "selector")).isEqualTo(Map.of("app", name));
            assertThat(at(deployment, "spec", "template", "metadata", "labels")).isEqualTo(Map.of("app", name));
            Object container =
                    items(deployment, "spec", "template", "spec", "containers").get(0);
            Container quarkus = Application.PRICES.server();
            assertThat(at(container, "startupProbe", "httpGet", "path")).isEqualTo(quarkus.livePath());
            assertThat(at(container, "readinessProbe", "httpGet", "path")).isEqualTo(quarkus.readyPath());
        }
        Object server = items(manifests.named("Deployment", "greetings"), "spec", "template", "spec", "containers")
                .get(0);
        Object listening = items(server, "ports").get(0);
        assertThat(number(listening, "containerPort")).isEqualTo(port);
        assertThat(text(listening, "protocol")).isEqualTo("UDP");
        assertThat(text(published, "targetPort")).isEqualTo(text(listening, "name"));
    }

    /** How the component reads the ConfigMap. The files are those of prices, which are mounted at the same paths. */
    private static Settings oneWay(Manifests manifests, String name) {
        Map<String, String> environment = new TreeMap<>();
        ((Map<?, ?>) Objects.requireNonNull(at(manifests.named("ConfigMap", name), "data"))).forEach((key, value) -> {
            String text = value.toString();
            environment.put(
                    key.toString(),
                    text.startsWith("/") ? inRoot(Application.PRICES, text).toString() : text);
        });
        Config config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new EnvConfigSource(environment, 300))
                .build();
        assertThat(SettingsReader.warnings(config)).isEmpty();
        Settings settings = SettingsReader.read(config);
        assertThat(settings.problems()).isEmpty();
        return settings;
    }

    /** How the component reads the environment, with the mounted files where the volumes are. */
    private static Settings settings(Application application) {
        Map<String, String> environment = application.environment();
        environment.replaceAll((name, value) -> application.secretMounts().keySet().stream()
                .filter(path -> value.startsWith(path + "/"))
                .findFirst()
                .map(path -> inRoot(application, value).toString())
                .orElse(value));
        Settings settings = SettingsReader.read(new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new EnvConfigSource(environment, 300))
                .build());
        assertThat(settings.problems()).isEmpty();
        return settings;
    }

    private static PoolSettings<ServerPoolConfig> server(Application application) {
        return settings(application).servers().get(0);
    }

    private static PoolSettings<ClientPoolConfig> client(Application application) {
        return settings(application).clients().get(0);
    }

    // The reader only warns of variables that fit no property.
    @ParameterizedTest
    @EnumSource
    void variablesAreProperties(Application application) {
        Set<String> known = new HashSet<>(Set.of("QUICPOOL_APPLICATION"));
        for (PoolKind kind : PoolKind.values()) {
            PoolOptions.all().stream()
                    .filter(property -> property.isOf(kind))
                    .map(property -> kind.property(
                            kind == PoolKind.SERVER
                                    ? application.label()
                                    : application.other().label(),
                            property.key()))
                    .map(name -> name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT))
                    .forEach(known::add);
        }
        assertThat(application.environment().keySet())
                .filteredOn(name -> name.startsWith("QUICPOOL_"))
                .hasSizeGreaterThan(2)
                .isSubsetOf(known);
    }

    @ParameterizedTest
    @EnumSource
    void propertiesGiveThePoolsAndThePortsOfTheApplication(Application application) {
        Settings settings = settings(application);
        assertThat(settings.servers()).extracting(PoolSettings::name).containsExactly(application.label());
        assertThat(server(application).config().listen()).isEqualTo(new Endpoint("0.0.0.0", application.quicPort()));

        String asked = application.other().label();
        assertThat(settings.clients()).extracting(PoolSettings::name).containsExactly(asked);
        assertThat(client(application).config().targets())
                .extracting(TargetAddress::endpoint)
                .containsExactly(new Endpoint(asked, application.other().quicPort()));
        assertThat(client(application).config().trust()).isNotNull();
        // As in the application's own file.
        assertThat(application.properties())
                .containsEntry(
                        "quicpool.client.\"" + asked + "\".target",
                        asked + ":" + application.other().quicPort());
    }

    @ParameterizedTest
    @EnumSource
    void bothSidesGiveUpASilentPeerAfterTheSameTime(Application application) {
        assertThat(server(application).config().idleTimeout())
                .isEqualTo(client(application.other()).config().idleTimeout());
    }

    @Test
    void theyDoNotWaitForEachOtherToBeReady() {
        assertThat(Stream.of(Application.values())
                        .filter(application -> client(application).readiness()))
                .hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void podsHaveTimeToEnd(Application application) {
        Settings settings = settings(application);
        Duration preStop =
                Duration.ofSeconds(number(application.container(), "lifecycle", "preStop", "sleep", "seconds"));
        Duration pools = Stream.<PoolSettings<?>>concat(settings.servers().stream(), settings.clients().stream())
                .map(PoolSettings::drainTimeout)
                .max(Comparator.naturalOrder())
                .orElseThrow()
                .plus(FAREWELL);
        assertThat(Duration.ofSeconds(number(application.pod(), "terminationGracePeriodSeconds")))
                .isGreaterThan(preStop.plus(application.stopOfContainer()).plus(pools));
    }

    @ParameterizedTest
    @EnumSource
    void theCertificateIsForTheNameThatClientsAskFor(Application application) {
        Object certificate = Manifests.of("certificate.yaml").named("Certificate", application.label());
        assertThat(items(certificate, "spec", "dnsNames"))
                .contains(client(application.other()).config().serverName());
        assertThat(application.secretMounts()).containsValue(text(certificate, "spec", "secretName"));
        assertThat(text(certificate, "spec", "privateKey", "encoding")).isEqualTo("PKCS8");
    }
}
