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
import io.quicpool.it.support.Manifests;
import io.quicpool.settings.PoolSettings;
import io.quicpool.settings.Settings;
import io.quicpool.settings.SettingsReader;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The manifests of docs/kubernetes hold together: selectors, ports, probes, files, and the properties, which the component's own
 * reader reads. Nothing here runs in a cluster.
 */
class KubernetesTest {

    // ---- everything that is expected

    private static final int JMX_PORT = 9010;

    @SuppressWarnings("ImmutableEnumChecker") // nobody changes it
    private enum Application {
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

        // Has the paths of probes, which the tests in the container use.
        private final Container container;
        private final Map<String, String> properties = new HashMap<>();
        private final int httpPort;
        private final Duration stopOfContainer;

        Application(
                Container container,
                String properties,
                String fileWithHttpPort,
                String httpPort,
                Duration stopOfContainer) {
            this.container = container;
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

        Manifests manifests() {
            return Manifests.of(label() + ".yaml");
        }
    }

    /** How long closing takes at most after the longest drain time-out. */
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    /** The contents of the volumes, by Secret or ConfigMap. */
    private static final Map<String, Set<String>> FILES = Map.of(
            "prices-tls", Set.of("tls.crt", "tls.key"),
            "stock-tls", Set.of("tls.crt", "tls.key"),
            "internal-ca", Set.of("ca.crt"));

    // ---- files, as the volumes hold them

    @TempDir
    static Path root;

    @BeforeAll
    static void files() throws Exception {
        Map<String, String> content = Map.of(
                "tls.crt", Files.readString(Container.CERTIFICATES.certificate()),
                "tls.key", Files.readString(Container.CERTIFICATES.privateKey()),
                "ca.crt", Files.readString(Container.CERTIFICATES.certificate()));
        for (Application application : Application.values()) {
            for (Map.Entry<String, String> mount : secretMounts(application).entrySet()) {
                Path folder = Files.createDirectories(inRoot(application, mount.getKey()));
                for (String file : FILES.getOrDefault(mount.getValue(), Set.of())) {
                    Files.writeString(folder.resolve(file), content.getOrDefault(file, ""));
                }
            }
        }
    }

    private static Path inRoot(Application application, String path) {
        return root.resolve(application.label()).resolve(path.substring(1));
    }

    /** Where Secrets and ConfigMaps are mounted: their names by path. */
    private static Map<String, String> secretMounts(Application application) {
        Object pod = pod(application);
        Map<String, String> sources = new HashMap<>();
        for (Object volume : items(pod, "volumes")) {
            Object secret = at(volume, "secret", "secretName");
            Object source = secret == null ? at(volume, "configMap", "name") : secret;
            if (source != null) {
                sources.put(text(volume, "name"), source.toString());
            }
        }
        Map<String, String> mounts = new TreeMap<>();
        for (Object mount : items(container(application), "volumeMounts")) {
            String source = sources.get(text(mount, "name"));
            if (source != null) {
                mounts.put(text(mount, "mountPath"), source);
            }
        }
        return mounts;
    }

    private static Object pod(Application application) {
        return Objects.requireNonNull(at(application.manifests().only("Deployment"), "spec", "template", "spec"));
    }

    private static Object container(Application application) {
        List<Object> containers = items(pod(application), "containers");
        assertThat(containers).hasSize(1);
        return containers.get(0);
    }

    // ---- the first example

    @Test
    void theOneWayExampleFits() {
        Manifests manifests = Manifests.of("one-way.yaml");
        Settings greetings = oneWay(manifests, "greetings");
        Settings greeter = oneWay(manifests, "greeter");
        assertThat(greetings.clients()).isEmpty();
        assertThat(greeter.servers()).isEmpty();
        int port = greetings.servers().get(0).config().listen().port();
        assertThat(greeter.clients().get(0).config().targets()).containsExactly(new Endpoint("greetings", port));
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
            Container quarkus = Application.PRICES.container;
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

    // ---- form

    @Test
    void everyManifestIsNamedAndOnThePage() throws IOException {
        Set<String> names = new HashSet<>();
        for (String file : Manifests.files()) {
            for (Object document : Manifests.of(file).documents()) {
                assertThat(text(document, "apiVersion")).as(file).isNotBlank();
                String name = text(document, "kind") + " " + text(document, "metadata", "name");
                assertThat(names.add(name)).as(name + " is there once").isTrue();
            }
            assertThat(Files.readString(Path.of("../../docs/kubernetes.md")))
                    .as("the page names the file")
                    .contains("(kubernetes/" + file + ")");
        }
        assertThat(Manifests.files()).contains("prices.yaml", "stock.yaml");
    }

    @ParameterizedTest
    @EnumSource
    void selectorsMatchThePods(Application application) {
        Manifests manifests = application.manifests();
        Object labels = at(manifests.only("Deployment"), "spec", "template", "metadata", "labels");
        assertThat(labels).isEqualTo(Map.of("app", application.label()));
        assertThat(at(manifests.only("Deployment"), "spec", "selector", "matchLabels"))
                .isEqualTo(labels);
        assertThat(at(manifests.only("PodDisruptionBudget"), "spec", "selector", "matchLabels"))
                .isEqualTo(labels);
        assertThat(at(manifests.only("NetworkPolicy"), "spec", "podSelector", "matchLabels"))
                .isEqualTo(labels);
        assertThat(manifests.all("Service")).isNotEmpty().allSatisfy(service -> assertThat(
                        at(service, "spec", "selector"))
                .isEqualTo(labels));
    }

    // ---- ports

    private static Map<String, String> containerPorts(Application application) {
        Map<String, String> ports = new HashMap<>();
        for (Object port : items(container(application), "ports")) {
            ports.put(text(port, "name"), number(port, "containerPort") + "/" + text(port, "protocol"));
        }
        return ports;
    }

    @ParameterizedTest
    @EnumSource
    void containersHaveThePortsOfTheApplication(Application application) {
        assertThat(containerPorts(application))
                .isEqualTo(Map.of("http", http(application), "quic", application.quicPort() + "/UDP"));
    }

    private static String http(Application application) {
        return application.httpPort + "/TCP";
    }

    @ParameterizedTest
    @EnumSource
    void servicesLeadToPortsOfTheContainer(Application application) {
        Map<String, String> ports = containerPorts(application);
        for (Object service : application.manifests().all("Service")) {
            for (Object port : items(service, "spec", "ports")) {
                assertThat(ports).containsKey(text(port, "targetPort"));
                assertThat(ports.get(text(port, "targetPort"))).endsWith("/" + text(port, "protocol"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theNameOfTheServerPoolLeadsToReadyPods(Application application) {
        Object service = application.manifests().named("Service", application.label());
        assertThat(at(service, "spec", "clusterIP")).isEqualTo("None");
        assertThat(at(service, "spec", "publishNotReadyAddresses")).isEqualTo(false);
        // Nothing translates the port of a headless service: it must be that of the container.
        assertThat(items(service, "spec", "ports")).singleElement().satisfies(port -> {
            assertThat(number(port, "port")).isEqualTo(application.quicPort());
            assertThat(text(port, "protocol")).isEqualTo("UDP");
        });
    }

    @ParameterizedTest
    @EnumSource
    void policiesLetInWhatIsServed(Application application) {
        assertThat(allowed(application))
                .isEqualTo(Map.of(
                        application.quicPort() + "/UDP", application.other().label(), http(application), "everybody"));
    }

    private static Map<String, String> allowed(Application application) {
        Map<String, String> allowed = new HashMap<>();
        Object policy = application.manifests().only("NetworkPolicy");
        assertThat(items(policy, "spec", "policyTypes")).containsExactly("Ingress");
        for (Object rule : items(policy, "spec", "ingress")) {
            Object from = at(rule, "from") == null
                    ? "everybody"
                    : at(items(rule, "from").get(0), "podSelector", "matchLabels", "app");
            for (Object port : items(rule, "ports")) {
                allowed.put(number(port, "port") + "/" + text(port, "protocol"), String.valueOf(from));
            }
        }
        return allowed;
    }

    // ---- probes

    @ParameterizedTest
    @EnumSource
    void probesAskTheContainer(Application application) {
        Object container = container(application);
        assertThat(probe(application, "readinessProbe"))
                .isEqualTo(http(application) + application.container.readyPath());
        assertThat(probe(application, "livenessProbe")).isEqualTo(http(application) + application.container.livePath());
        // Not readiness: a client whose peer is down at the start would be restarted again and again.
        assertThat(at(container, "startupProbe", "httpGet")).isEqualTo(at(container, "livenessProbe", "httpGet"));
    }

    private static String probe(Application application, String probe) {
        Object get = at(container(application), probe, "httpGet");
        return containerPorts(application).get(text(get, "port")) + text(get, "path");
    }

    // ---- properties

    private static Map<String, String> environment(Application application) {
        Map<String, String> environment = new TreeMap<>();
        for (Object from : items(container(application), "envFrom")) {
            Object map = application.manifests().named("ConfigMap", text(from, "configMapRef", "name"));
            ((Map<?, ?>) Objects.requireNonNull(at(map, "data"))).forEach((name, value) -> {
                assertThat(value).as("%s, a text for Kubernetes", name).isInstanceOf(String.class);
                environment.put(name.toString(), value.toString());
            });
        }
        for (Object variable : items(container(application), "env")) {
            environment.put(text(variable, "name"), text(variable, "value"));
        }
        return environment;
    }

    /** How the component reads the environment, with the mounted files where the volumes are. */
    private static Settings settings(Application application) {
        Map<String, String> environment = environment(application);
        environment.replaceAll((name, value) -> secretMounts(application).keySet().stream()
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
        assertThat(environment(application).keySet())
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
                .containsExactly(new Endpoint(asked, application.other().quicPort()));
        assertThat(client(application).config().trust()).isNotNull();
        // As in the application's own file.
        assertThat(application.properties)
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

    // ---- the end

    @ParameterizedTest
    @EnumSource
    void podsHaveTimeToEnd(Application application) {
        Settings settings = settings(application);
        Duration preStop =
                Duration.ofSeconds(number(container(application), "lifecycle", "preStop", "sleep", "seconds"));
        Duration pools = Stream.<PoolSettings<?>>concat(settings.servers().stream(), settings.clients().stream())
                .map(PoolSettings::drainTimeout)
                .max(Comparator.naturalOrder())
                .orElseThrow()
                .plus(FAREWELL);
        assertThat(Duration.ofSeconds(number(pod(application), "terminationGracePeriodSeconds")))
                .isGreaterThan(preStop.plus(application.stopOfContainer).plus(pools));
    }

    @ParameterizedTest
    @EnumSource
    void aPodGoesOnlyWhenAnotherIsThere(Application application) {
        Object deployment = application.manifests().only("Deployment");
        int replicas = number(deployment, "spec", "replicas");
        assertThat(replicas).isEqualTo(2);
        assertThat(at(deployment, "spec", "strategy", "rollingUpdate", "maxUnavailable"))
                .isEqualTo(0);
        assertThat(number(application.manifests().only("PodDisruptionBudget"), "spec", "minAvailable"))
                .isBetween(1, replicas - 1);
    }

    // ---- rights

    @ParameterizedTest
    @EnumSource
    void containersMayDoLittle(Application application) {
        assertThat(at(pod(application), "securityContext", "runAsNonRoot")).isEqualTo(true);
        assertThat(number(pod(application), "securityContext", "runAsUser")).isPositive();
        assertThat(at(pod(application), "automountServiceAccountToken")).isEqualTo(false);
        Object rights = at(container(application), "securityContext");
        assertThat(at(rights, "allowPrivilegeEscalation")).isEqualTo(false);
        assertThat(at(rights, "readOnlyRootFilesystem")).isEqualTo(true);
        assertThat(items(rights, "capabilities", "drop")).containsExactly("ALL");
    }

    @ParameterizedTest
    @EnumSource
    void mountsAreOfVolumesThatAreThere(Application application) {
        List<String> volumes = names(items(pod(application), "volumes"));
        assertThat(volumes).doesNotHaveDuplicates();
        assertThat(names(items(container(application), "volumeMounts"))).containsExactlyInAnyOrderElementsOf(volumes);
        // Where the JDK and the containers write.
        assertThat(items(container(application), "volumeMounts"))
                .anySatisfy(mount -> assertThat(text(mount, "mountPath")).isEqualTo("/tmp"));
        assertThat(FILES.keySet()).containsAll(secretMounts(application).values());
    }

    private static List<String> names(List<Object> items) {
        return items.stream().map(item -> text(item, "name")).toList();
    }

    @ParameterizedTest
    @EnumSource
    void jmxIsForThePodAlone(Application application) {
        List<String> options = environment(application).values().stream()
                .flatMap(value -> Stream.of(value.split(" ")))
                .filter(option -> option.startsWith("-D"))
                .toList();
        assertThat(options)
                .contains(
                        "-Dcom.sun.management.jmxremote.host=127.0.0.1",
                        "-Dcom.sun.management.jmxremote.port=" + JMX_PORT,
                        "-Dcom.sun.management.jmxremote.rmi.port=" + JMX_PORT,
                        "-Djava.rmi.server.hostname=127.0.0.1");
        List<Object> open = new ArrayList<>(items(container(application), "ports"));
        application.manifests().all("Service").forEach(service -> open.addAll(items(service, "spec", "ports")));
        assertThat(open.toString()).doesNotContain(String.valueOf(JMX_PORT));
        assertThat(allowed(application).toString()).doesNotContain(String.valueOf(JMX_PORT));
    }

    // ---- the certificate

    @ParameterizedTest
    @EnumSource
    void theCertificateIsForTheNameThatClientsAskFor(Application application) {
        Object certificate = Manifests.of("certificate.yaml").named("Certificate", application.label());
        assertThat(items(certificate, "spec", "dnsNames"))
                .contains(client(application.other()).config().serverName());
        assertThat(secretMounts(application)).containsValue(text(certificate, "spec", "secretName"));
        assertThat(text(certificate, "spec", "privateKey", "encoding")).isEqualTo("PKCS8");
    }
}
