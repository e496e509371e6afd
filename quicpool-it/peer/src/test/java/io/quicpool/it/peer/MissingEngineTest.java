package io.quicpool.it.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An engine whose jars are missing: the message names them, and nothing is opened. */
class MissingEngineTest {

    private static String errorWithout(String transport, Predicate<String> jar) throws Exception {
        String path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !jar.test(Path.of(entry).getFileName().toString()))
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        path,
                        Peer.class.getName(),
                        "server",
                        "--listen",
                        "127.0.0.1:0",
                        "--transport",
                        transport)
                .start();
        process.getOutputStream().close();
        String error = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isOne();
        assertThat(process.getInputStream().readAllBytes())
                .asString(StandardCharsets.UTF_8)
                .doesNotContain("port ");
        return error;
    }

    @Test
    void noEngineNetty() throws Exception {
        assertThat(errorWithout("netty", name -> name.startsWith("quicpool-netty-")))
                .contains(
                        "transport = netty: there is no such engine on the class path: add io.quicpool:quicpool-netty")
                .doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tech.kwik:kwik:",
                "tech.kwik:agent15:",
                "at.favre.lib:hkdf:",
                "com.io7m.repackage.io.whitfin:io.whitfin.siphash:"
            })
    void anyJarThatKwikNeeds(String artifact) throws Exception {
        String name = artifact.replaceFirst(".*:(.*):", "$1-");
        String jar = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).getFileName().toString())
                .filter(entry -> entry.startsWith(name))
                .findFirst()
                .orElseThrow();
        String version = jar.substring(name.length(), jar.length() - ".jar".length());
        assertThat(errorWithout("kwik", jar::equals))
                .contains("transport = kwik: not all jars that kwik needs are on the class path: add " + artifact
                        + version)
                .doesNotContain("\tat ", "and");
    }
}
