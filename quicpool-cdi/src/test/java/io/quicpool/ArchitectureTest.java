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

    private final JavaClasses code = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.quicpool");

    private void mayUse(String name, String... others) {
        String[] allowed = Stream.of(JDK, others, new String[] {name})
                .flatMap(Arrays::stream)
                .toArray(String[]::new);
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
    void thePortKnowsTheApiAndSettings() {
        mayUse("io.quicpool.transport", "io.quicpool", "io.quicpool.config");
    }

    @Test
    void tlsKnowsSettings() {
        mayUse("io.quicpool.tls", "io.quicpool.config");
    }

    @Test
    void theGateKnowsThePort() {
        mayUse("io.quicpool.transport.gate", "io.quicpool.transport");
    }

    @Test
    void theCoreKnowsThePortAndNoEngine() {
        mayUse("io.quicpool.core", "io.quicpool", "io.quicpool.config", "io.quicpool.tls", "io.quicpool.transport");
    }

    @Test
    void jmxKnowsTheApi() {
        mayUse("io.quicpool.jmx", "io.quicpool", "io.quicpool.config", "javax.management..");
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
        slices().matching("io.quicpool.(**)").should().beFreeOfCycles().check(code);
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
