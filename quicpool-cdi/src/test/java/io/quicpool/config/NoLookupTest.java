package io.quicpool.config;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Names in the list of allowed clients are never looked up, because a name server could then add clients. Runs in a JVM whose resolver
 * knows every name, even {@code 256.1.1.1}, which InetAddress takes for a name.
 */
class NoLookupTest {

    private static final List<String> NAMES = List.of("256.1.1.1", "1.1.1.999", "localhost", "face", "orders");

    @TempDir
    Path folder;

    @Test
    void noNameBecomesAnAddress() throws Exception {
        StringBuilder hosts = new StringBuilder();
        for (String name : NAMES) {
            hosts.append("10.9.9.9 ").append(name).append('\n');
        }
        Path file = Files.writeString(folder.resolve("hosts"), hosts);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djdk.net.hosts.file=" + file,
                "-cp",
                location(AddressRange.class) + File.pathSeparator + location(Probe.class),
                Probe.class.getName()));
        command.addAll(NAMES);
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        List<String> expected =
                NAMES.stream().map(name -> name + " known, refused").toList();
        assertThat(Files.readAllLines(output)).isEqualTo(expected);
    }

    private static String location(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }

    /** The program of the other JVM. */
    static final class Probe {

        private Probe() {}

        public static void main(String... names) throws Exception {
            for (String name : names) {
                String address = InetAddress.getByName(name).getHostAddress();
                System.out.println(name + (address.equals("10.9.9.9") ? " known, " : " unknown, ") + outcome(name));
            }
        }

        private static String outcome(String name) {
            try {
                return "taken as " + AddressRange.parse("client-ip", name);
            } catch (ConfigException e) {
                return "refused";
            }
        }
    }
}
