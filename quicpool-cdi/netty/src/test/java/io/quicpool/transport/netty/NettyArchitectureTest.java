package io.quicpool.transport.netty;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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

    /** On the module path it sees nothing else of the library. */
    @Test
    void whatItUsesIsExportedToIt() throws Exception {
        String library = Files.readString(Path.of("../src/main/module/module-info.java"));
        Set<String> exported = Pattern.compile("exports ([a-z.]+)(?:;|\\s+to\\s+io\\.quicpool\\.netty;)")
                .matcher(library)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
        Set<String> used = code.stream()
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .map(dependency -> dependency.getTargetClass().getPackageName())
                .filter(name -> name.startsWith("io.quicpool") && !name.equals("io.quicpool.transport.netty"))
                .collect(Collectors.toSet());
        assertThat(used).isNotEmpty().isSubsetOf(exported);
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
