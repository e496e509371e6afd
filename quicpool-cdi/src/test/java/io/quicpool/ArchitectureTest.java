package io.quicpool;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which package may use which; the table is in docs/design.md. */
class ArchitectureTest {

    private static final String[] JDK = {
        "java..", "javax.crypto..", "javax.net.ssl..", "javax.security.auth.x500..", "org.jspecify.annotations.."
    };

    private static final String[] API = {"io.quicpool", "io.quicpool.config"};

    private final JavaClasses code = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.quicpool");

    private void mayUse(String name, String... others) {
        String[] allowed = and(and(JDK, others), name);
        classes()
                .that()
                .resideInAPackage(name)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed)
                .check(code);
    }

    @Test
    void settingsKnowOnlyTheJdk() {
        mayUse("io.quicpool.config");
    }

    @Test
    void theApiKnowsOnlySettings() {
        mayUse("io.quicpool", "io.quicpool.config");
    }

    @Test
    void thePortKnowsTheApiSettingsAndPackets() {
        mayUse("io.quicpool.transport", "io.quicpool", "io.quicpool.config", "io.quicpool.transport.gate");
    }

    @Test
    void tlsKnowsSettings() {
        mayUse("io.quicpool.tls", "io.quicpool.config");
    }

    @Test
    void packetsKnowOnlyTheJdk() {
        mayUse("io.quicpool.transport.gate");
    }

    @Test
    void whatEnginesShareKnowsThePort() {
        mayUse("io.quicpool.transport.engine", "io.quicpool", "io.quicpool.config", "io.quicpool.transport");
    }

    /** No package of the core knows an engine. Each may use those before it that it names, never one after it. */
    @Test
    void thePartsOfTheCoreUseEachOtherInOneDirection() {
        mayUse("io.quicpool.core.threads", "io.quicpool.transport");
        mayUse("io.quicpool.core.report", API);
        mayUse("io.quicpool.core.streams", withPort("report", "threads"));
        mayUse("io.quicpool.core.connection", withPort("report", "threads"));
        mayUse("io.quicpool.core.targets", withPort("report", "threads"));
        mayUse("io.quicpool.core.clients", withPort("report", "threads", "streams"));
        mayUse("io.quicpool.core.exchange", withPort("report", "threads", "streams", "clients"));
        mayUse("io.quicpool.core.handlers", withPort("report", "threads", "streams"));
        mayUse("io.quicpool.core.requests", withPort("report", "threads", "streams"));
        mayUse("io.quicpool.core", and(withPort(), "io.quicpool.core..", "io.quicpool.tls"));
    }

    private static String[] withPort(String... parts) {
        String[] names = Stream.of(parts).map("io.quicpool.core."::concat).toArray(String[]::new);
        return and(and(API, "io.quicpool.transport"), names);
    }

    private static String[] and(String[] some, String... others) {
        return Stream.of(some, others).flatMap(Arrays::stream).toArray(String[]::new);
    }

    @Test
    void nothingElseUsesTheCore() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.quicpool.core..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.quicpool.core..")
                .check(code);
    }

    @Test
    void jmxKnowsTheApi() {
        mayUse("io.quicpool.jmx", "io.quicpool", "io.quicpool.config", "javax.management..");
    }

    @Test
    void theFlightRecorderKnowsTheApi() {
        mayUse("io.quicpool.jfr", "io.quicpool", "io.quicpool.config", "jdk.jfr..");
        noClasses()
                .that()
                .resideOutsideOfPackage("io.quicpool.jfr")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.jfr..")
                .check(code);
    }

    @Test
    void propertiesKnowSettings() {
        mayUse("io.quicpool.settings", "io.quicpool.config", "org.eclipse.microprofile.config..");
    }

    @Test
    void theComponentKnowsWhatItPutsTogether() {
        mayUse(
                "io.quicpool.cdi",
                "io.quicpool",
                "io.quicpool.config",
                "io.quicpool.jmx",
                "io.quicpool.settings",
                "jakarta..",
                "javax.naming..",
                "javax.management..",
                "org.eclipse.microprofile.config..");
    }

    @Test
    void healthKnowsTheComponent() {
        mayUse(
                "io.quicpool.health",
                "io.quicpool",
                "io.quicpool.cdi",
                "io.quicpool.config",
                "io.quicpool.settings",
                "jakarta..",
                "org.eclipse.microprofile.health..");
    }

    @Test
    void metricsKnowTheApi() {
        mayUse(
                "io.quicpool.metrics",
                "io.quicpool",
                "io.quicpool.config",
                "io.opentelemetry.api..",
                "io.opentelemetry.context..",
                "io.micrometer.core.instrument..",
                "jakarta..");
        noClasses()
                .that()
                .resideOutsideOfPackage("io.quicpool.metrics")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.quicpool.metrics", "io.opentelemetry..", "io.micrometer..")
                .check(code);
    }

    /** Both libraries are optional, alone and together. */
    @Test
    void eachMetricsLibraryIsNamedByItsBindingOnly() {
        noClasses()
                .that()
                .haveNameNotMatching(".*\\.OpenTelemetry(Metrics|Observer|Traces|TracesObserver)(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.opentelemetry..")
                .check(code);
        noClasses()
                .that()
                .haveNameNotMatching(".*\\.Micrometer(Metrics|Observer)(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.micrometer..")
                .check(code);
    }

    @Test
    void onlyHealthNamesMicroProfileHealth() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.quicpool.health")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.eclipse.microprofile.health..")
                .check(code);
    }

    @Test
    void onlyOnePackageNamesKwik() {
        mayUse(
                "io.quicpool.transport.kwik",
                "io.quicpool",
                "io.quicpool.config",
                "io.quicpool.transport",
                "io.quicpool.transport.engine",
                "io.quicpool.transport.gate",
                "io.quicpool.tls",
                "tech.kwik..");
        noClasses()
                .that()
                .resideOutsideOfPackage("io.quicpool.transport.kwik")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("tech.kwik..")
                .check(code);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.(**)").should().beFreeOfCycles().check(code);
    }

    @Test
    void noThreadLocals() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ThreadLocal.class)
                .check(code);
    }
}
