package io.quicpool.transport.netty;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the engine may know; the table is in docs/design.md. */
class NettyArchitectureTest {

    private final JavaClasses code = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.quicpool.transport.netty");

    @Test
    void theEngineKnowsThePortAndNetty() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "javax.net.ssl..",
                        "org.jspecify.annotations..",
                        "io.netty..",
                        "io.quicpool",
                        "io.quicpool.config",
                        "io.quicpool.tls",
                        "io.quicpool.transport",
                        "io.quicpool.transport.engine",
                        "io.quicpool.transport.gate",
                        "io.quicpool.transport.netty")
                .check(code);
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
