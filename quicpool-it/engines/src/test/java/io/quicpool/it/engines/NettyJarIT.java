package io.quicpool.it.engines;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.QuicPools;
import io.quicpool.testing.KeyFiles;
import io.quicpool.testing.Pools;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the jar of the engine has in it, and that it needs nothing else. */
class NettyJarIT {

    private static final String ENGINE = "io.quicpool.transport.netty.NettyTransport";

    private static Path jarOf(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static List<String> files() throws Exception {
        try (ZipFile jar = new ZipFile(jarOf(Class.forName(ENGINE)).toFile())) {
            return jar.stream()
                    .filter(entry -> !entry.isDirectory())
                    .map(ZipEntry::getName)
                    .toList();
        }
    }

    @Test
    void nothingInItHasANameThatAnotherNettyHas() throws Exception {
        // Not below io.quicpool either: at DEBUG, Netty logs secrets of TLS sessions.
        assertThat(files())
                .allMatch(name -> name.startsWith("io/quicpool/transport/netty/")
                        || name.startsWith("shaded/quicpool/io/netty/")
                        || name.startsWith("META-INF/"));
        assertThat(files())
                .doesNotContain("META-INF/io.netty.versions.properties", "META-INF/INDEX.LIST")
                .filteredOn(name -> name.endsWith("module-info.class"))
                .containsExactly("META-INF/versions/17/module-info.class");
    }

    @Test
    void itHasTheNativeLibrariesOfAllPlatforms() throws Exception {
        assertThat(files().stream().filter(name -> name.startsWith("META-INF/native/")))
                .containsExactlyInAnyOrder(
                        "META-INF/native/libshaded_quicpool_netty_quiche42_linux_aarch_64.so",
                        "META-INF/native/libshaded_quicpool_netty_quiche42_linux_x86_64.so",
                        "META-INF/native/libshaded_quicpool_netty_quiche42_osx_aarch_64.jnilib",
                        "META-INF/native/libshaded_quicpool_netty_quiche42_osx_x86_64.jnilib",
                        "META-INF/native/shaded_quicpool_netty_quiche42_windows_x86_64.dll",
                        "META-INF/native/libshaded_quicpool_netty_transport_native_epoll_aarch_64.so",
                        "META-INF/native/libshaded_quicpool_netty_transport_native_epoll_x86_64.so");
    }

    @Test
    void itHasTheLicencesOfWhatIsInIt() throws Exception {
        assertThat(files())
                .contains(
                        "META-INF/LICENSE",
                        "META-INF/NOTICE",
                        "META-INF/LICENSE.txt",
                        "META-INF/NOTICE.txt",
                        "META-INF/license/LICENSE.quiche.txt",
                        "META-INF/license/LICENSE.boringssl.txt",
                        "META-INF/license/LICENSE.jctools.txt");
    }

    @Test
    void aProgramNeedsTheLibraryAndThisJarOnly(@TempDir Path folder) throws Exception {
        Path certificate =
                Files.writeString(folder.resolve("tls.crt"), KeyFiles.pem(Pools.CERTIFICATE.certificateChain()));
        Path key = Files.writeString(folder.resolve("tls.key"), KeyFiles.pem(Pools.CERTIFICATE));
        String path = String.join(
                File.pathSeparator,
                jarOf(QuicPools.class).toString(),
                jarOf(Class.forName(ENGINE)).toString(),
                jarOf(Plain.class).toString());
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        path,
                        Plain.class.getName(),
                        certificate.toString(),
                        key.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("hello", "quicpool-default-io-1");
        if (System.getProperty("os.name").equals("Linux")) {
            assertThat(output).contains("epoll true");
        }
    }
}
