package io.quicpool.it.modules;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.QuicPools;
import io.quicpool.testing.KeyFiles;
import io.quicpool.testing.Pools;
import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that is a module uses the library as one: see docs/design.md. */
class ModulePathIT {

    private static final Path SOURCES = Path.of("src/program").toAbsolutePath();
    private static final String MAIN = "io.quicpool.it.program/io.quicpool.it.program.Main";

    @TempDir
    private static Path folder;

    private static String library;
    private static String kwik;

    @BeforeAll
    static void compile() throws Exception {
        library = Path.of(QuicPools.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toString();
        kwik = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(jar -> Pattern.compile("(kwik|agent15|hkdf|siphash)-[0-9.]+\\.jar$")
                        .matcher(jar)
                        .find())
                .collect(Collectors.joining(File.pathSeparator));
        List<String> arguments = new ArrayList<>(
                List.of("-p", library, "-d", folder.resolve("program").toString()));
        try (Stream<Path> sources = Files.walk(SOURCES)) {
            sources.filter(Files::isRegularFile).map(Path::toString).forEach(arguments::add);
        }
        ToolProvider javac = ToolProvider.findFirst("javac").orElseThrow();
        assertThat(javac.run(System.out, System.err, arguments.toArray(String[]::new)))
                .isZero();
        Files.writeString(folder.resolve("tls.crt"), KeyFiles.pem(Pools.CERTIFICATE.certificateChain()));
        Files.writeString(folder.resolve("tls.key"), KeyFiles.pem(Pools.CERTIFICATE));
    }

    /** What the program says. Its last line is the exit status. */
    private static String run(String modulePath, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-p"));
        command.add(Stream.of(library, folder.resolve("program").toString(), modulePath)
                .filter(path -> !path.isEmpty())
                .collect(Collectors.joining(File.pathSeparator)));
        command.addAll(Arrays.asList(options));
        command.addAll(List.of("-m", MAIN, folder.resolve("tls.crt").toString()));
        command.add(folder.resolve("tls.key").toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return output + "exit " + process.waitFor();
    }

    private static void assertWorks(String output) {
        assertThat(output)
                .contains("hello", "state RUNNING", "module io.quicpool", "exit 0")
                .doesNotContain("this version of kwik has no");
    }

    @Test
    void theJarIsAModule() {
        ModuleDescriptor module = ModuleFinder.of(Path.of(library))
                .find("io.quicpool")
                .orElseThrow()
                .descriptor();
        assertThat(module.isAutomatic()).isFalse();
        assertThat(module.requires().stream()
                        .filter(each -> !each.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                        .map(ModuleDescriptor.Requires::name))
                .containsExactlyInAnyOrder("java.base", "java.management", "java.naming");
    }

    @Test
    void kwikMayBeOnTheClassPath() throws Exception {
        assertWorks(run("", "-cp", kwik));
    }

    /** kwik's module does not export what we use of it. */
    @Test
    void kwikMayBeOnTheModulePathWithTheOptionsThatTheMessageNames() throws Exception {
        String refused = run(kwik, "--add-modules", "tech.kwik.core");
        assertThat(refused)
                .contains("kwik is on the module path and closes its packages")
                .endsWith("exit 1");
        List<String> options = new ArrayList<>(List.of("--add-modules", "tech.kwik.core"));
        Pattern.compile("--add-opens \\S+")
                .matcher(refused.lines()
                        .filter(line -> line.contains("--add-opens"))
                        .findFirst()
                        .orElse(""))
                .results()
                .map(MatchResult::group)
                .flatMap(option -> Stream.of(option.split(" ", -1)))
                .forEach(options::add);
        assertWorks(run(kwik, options.toArray(String[]::new)));
    }

    @Test
    void withoutKwikTheMessageSaysWhatIsMissing() throws Exception {
        assertThat(run("")).contains("add at.favre.lib:hkdf").endsWith("exit 1");
    }
}
