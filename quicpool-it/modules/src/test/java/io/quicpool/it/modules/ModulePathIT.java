package io.quicpool.it.modules;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.QuicPools;
import io.quicpool.testing.KeyFiles;
import io.quicpool.testing.Pools;
import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that is a module uses the library as one: "On the module path" in docs/design.md. */
class ModulePathIT {

    private static final Path SOURCES = Path.of("src/program").toAbsolutePath();
    private static final String MAIN = "io.quicpool.it.program/io.quicpool.it.program.Main";

    @TempDir
    private static Path folder;

    private static String library;
    private static String netty;
    private static String kwik;

    @BeforeAll
    static void compile() throws Exception {
        library = jarOf(QuicPools.class);
        netty = jarOf(Class.forName("io.quicpool.transport.netty.NettyTransport"));
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

    private static String jarOf(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }

    private static String path(String... entries) {
        return Stream.of(entries).filter(each -> !each.isEmpty()).collect(Collectors.joining(File.pathSeparator));
    }

    private static String withProgram(String modulePath) {
        return path(library, folder.resolve("program").toString(), modulePath);
    }

    /** What the program says. Its last line is the exit status. */
    private static String run(String modulePath, String... options) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("-p", withProgram(modulePath)));
        all.addAll(List.of(options));
        return runIn(Path.of(System.getProperty("java.home")), all);
    }

    private static String runIn(Path java, List<String> options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(java.resolve("bin/java").toString(), "-XX:TieredStopAtLevel=1"));
        command.addAll(options);
        command.addAll(List.of("-m", MAIN, folder.resolve("tls.crt").toString()));
        command.add(folder.resolve("tls.key").toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return output + "exit " + process.waitFor();
    }

    private static void assertWorksWith(String engine, String output) {
        assertThat(output)
                .contains("uses the engine " + engine, "hello", "state RUNNING", "module io.quicpool", "exit 0")
                // What the engines log when they miss something of kwik or of Java.
                .doesNotContain("this version of kwik has no", "does not provide complete low-level API");
    }

    private static Stream<String> required(String module, String jar) {
        ModuleDescriptor descriptor =
                ModuleFinder.of(Path.of(jar)).find(module).orElseThrow().descriptor();
        assertThat(descriptor.isAutomatic()).isFalse();
        return descriptor.requires().stream()
                .filter(each -> !each.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                .map(ModuleDescriptor.Requires::name);
    }

    @Test
    void theJarsAreModules() {
        assertThat(required("io.quicpool", library))
                .containsExactlyInAnyOrder("java.base", "java.management", "java.naming");
        assertThat(required("io.quicpool.netty", netty))
                .containsExactlyInAnyOrder("java.base", "java.logging", "jdk.unsupported", "io.quicpool");
    }

    @Test
    void kwikMayBeOnTheClassPath() throws Exception {
        assertWorksWith("kwik", run("", "-cp", kwik));
    }

    @Test
    void nettyIsPreferredThereToo() throws Exception {
        assertWorksWith("netty", run(netty, "-cp", kwik));
    }

    /** The packages that it shares with the library are open to its module only. */
    @Test
    void nettyOnTheClassPathIsNotUsed() throws Exception {
        String output = run("", "-cp", path(netty, kwik));
        assertWorksWith("kwik", output);
        assertThat(output).contains("quicpool-cdi is on the module path: put quicpool-netty there too");
    }

    /** All modules are explicit ones: jlink takes no others. */
    @Test
    void aRuntimeImageMayContainThemAll() throws Exception {
        Path image = folder.resolve("image");
        ToolProvider jlink = ToolProvider.findFirst("jlink").orElseThrow();
        assertThat(jlink.run(
                        System.out,
                        System.err,
                        "--module-path",
                        withProgram(netty),
                        "--add-modules",
                        "io.quicpool.it.program,io.quicpool.netty,jdk.crypto.ec",
                        "--output",
                        image.toString()))
                .isZero();
        assertWorksWith("netty", runIn(image, List.of()));
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
        assertWorksWith("kwik", run(kwik, options.toArray(String[]::new)));
    }

    @Test
    void withoutKwikTheMessageSaysWhatIsMissing() throws Exception {
        assertThat(run("")).contains("add at.favre.lib:hkdf").endsWith("exit 1");
    }
}
