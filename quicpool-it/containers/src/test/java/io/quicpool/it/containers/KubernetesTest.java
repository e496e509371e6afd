package io.quicpool.it.containers;

import static io.quicpool.it.support.Manifests.at;
import static io.quicpool.it.support.Manifests.items;
import static io.quicpool.it.support.Manifests.number;
import static io.quicpool.it.support.Manifests.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.it.support.Manifests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The manifests of docs/kubernetes hold together: selectors, ports, probes, rights. Nothing here runs in a cluster. */
class KubernetesTest {

    private static final int JMX_PORT = 9010;

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

    @ParameterizedTest
    @EnumSource
    void containersHaveThePortsOfTheApplication(Application application) {
        assertThat(application.containerPorts())
                .isEqualTo(Map.of("http", application.http(), "quic", application.quicPort() + "/UDP"));
    }

    @ParameterizedTest
    @EnumSource
    void servicesLeadToPortsOfTheContainer(Application application) {
        Map<String, String> ports = application.containerPorts();
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
                        application.quicPort() + "/UDP", application.other().label(), application.http(), "everybody"));
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

    @ParameterizedTest
    @EnumSource
    void probesAskTheContainer(Application application) {
        Object container = application.container();
        assertThat(probe(application, "readinessProbe"))
                .isEqualTo(application.http() + application.server().readyPath());
        assertThat(probe(application, "livenessProbe"))
                .isEqualTo(application.http() + application.server().livePath());
        // Not readiness: a client whose peer is down at the start would be restarted again and again.
        assertThat(at(container, "startupProbe", "httpGet")).isEqualTo(at(container, "livenessProbe", "httpGet"));
    }

    private static String probe(Application application, String probe) {
        Object get = at(application.container(), probe, "httpGet");
        return application.containerPorts().get(text(get, "port")) + text(get, "path");
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

    @ParameterizedTest
    @EnumSource
    void containersMayDoLittle(Application application) {
        assertThat(at(application.pod(), "securityContext", "runAsNonRoot")).isEqualTo(true);
        assertThat(number(application.pod(), "securityContext", "runAsUser")).isPositive();
        assertThat(at(application.pod(), "automountServiceAccountToken")).isEqualTo(false);
        Object rights = at(application.container(), "securityContext");
        assertThat(at(rights, "allowPrivilegeEscalation")).isEqualTo(false);
        assertThat(at(rights, "readOnlyRootFilesystem")).isEqualTo(true);
        assertThat(items(rights, "capabilities", "drop")).containsExactly("ALL");
    }

    @ParameterizedTest
    @EnumSource
    void mountsAreOfVolumesThatAreThere(Application application) {
        List<String> volumes = names(items(application.pod(), "volumes"));
        assertThat(volumes).doesNotHaveDuplicates();
        assertThat(names(items(application.container(), "volumeMounts"))).containsExactlyInAnyOrderElementsOf(volumes);
        // Where the JDK and the containers write.
        assertThat(items(application.container(), "volumeMounts"))
                .anySatisfy(mount -> assertThat(text(mount, "mountPath")).isEqualTo("/tmp"));
        assertThat(Application.FILES.keySet())
                .containsAll(application.secretMounts().values());
    }

    private static List<String> names(List<Object> items) {
        return items.stream().map(item -> text(item, "name")).toList();
    }

    @ParameterizedTest
    @EnumSource
    void jmxIsForThePodAlone(Application application) {
        List<String> options = application.environment().values().stream()
                .flatMap(value -> Stream.of(value.split(" ")))
                .filter(option -> option.startsWith("-D"))
                .toList();
        assertThat(options)
                .contains(
                        "-Dcom.sun.management.jmxremote.host=127.0.0.1",
                        "-Dcom.sun.management.jmxremote.port=" + JMX_PORT,
                        "-Dcom.sun.management.jmxremote.rmi.port=" + JMX_PORT,
                        "-Djava.rmi.server.hostname=127.0.0.1");
        List<Object> open = new ArrayList<>(items(application.container(), "ports"));
        application.manifests().all("Service").forEach(service -> open.addAll(items(service, "spec", "ports")));
        assertThat(open.toString()).doesNotContain(String.valueOf(JMX_PORT));
        assertThat(allowed(application).toString()).doesNotContain(String.valueOf(JMX_PORT));
    }
}
