package io.quicpool.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The messages if Netty is missing, incomplete, or has another version. The engine runs in a class loader with fewer classes. */
class NettyAvailabilityTest {

    private static final String ARTIFACTS = "io.netty:netty-codec-classes-quic:" + NettyAvailability.VERSION
            + " and io.netty:netty-codec-native-quic:" + NettyAvailability.VERSION + " with the classifier "
            + NettyAvailability.platform();
    private static final String ADD = "add " + ARTIFACTS + ", or set transport = kwik";
    private static final String BOM = "then set transport = kwik. Otherwise import io.netty:netty-bom:"
            + NettyAvailability.VERSION + " before the BOM of the container, and add " + ARTIFACTS;

    /** The version in the manifest of a package's jar. */
    private interface Versions {
        @Nullable String of(String name);
    }

    private static boolean nothing(String name) {
        return false;
    }

    private static String asBuilt(String name) {
        return NettyAvailability.VERSION;
    }

    private static @Nullable String problem(Predicate<String> without, Versions versions)
            throws ReflectiveOperationException {
        // The whole engine, so that nothing of Netty is needed to ask it.
        Class<?> engine = new Other(without, versions).loadClass("io.quicpool.transport.netty.NettyTransport");
        return (String)
                engine.getMethod("unavailable").invoke(engine.getConstructor().newInstance());
    }

    private static Predicate<String> named(String start) {
        return name -> name.startsWith(start);
    }

    @Test
    void everythingIsThere() throws Exception {
        assertThat(problem(NettyAvailabilityTest::nothing, NettyAvailabilityTest::asBuilt))
                .isNull();
    }

    @Test
    void noNetty() throws Exception {
        assertThat(problem(named("io.netty."), NettyAvailabilityTest::asBuilt))
                .isEqualTo("Netty is not on the class path: " + ADD);
    }

    @Test
    void noCodec() throws Exception {
        assertThat(problem(named("io.netty.handler.codec.quic."), NettyAvailabilityTest::asBuilt))
                .isEqualTo("Netty's QUIC codec is not on the class path: " + ADD);
    }

    @Test
    void noNativeLibrary() throws Exception {
        assertThat(problem(named("META-INF/native/"), NettyAvailabilityTest::asBuilt))
                .startsWith("Netty's native QUIC library for " + NettyAvailability.platform() + " cannot be loaded (")
                .endsWith("): " + ADD);
    }

    @Test
    void anOlderNettyWithoutTheCodec() throws Exception {
        Predicate<String> without =
                named("io.netty.handler.codec.quic.").or(named("io.netty.channel.MultiThreadIoEventLoopGroup"));
        assertThat(problem(without, name -> "4.1.136.Final"))
                .startsWith(
                        "Netty on the class path is 4.1.136.Final"
                                + " (netty-buffer, netty-common, netty-handler, netty-transport), but all Netty artifacts must be 4.2")
                .endsWith(BOM);
    }

    @Test
    void anOlderNettyUnderTheCodec() throws Exception {
        assertThat(problem(
                        named("io.netty.channel.MultiThreadIoEventLoopGroup"),
                        name -> name.startsWith("io.netty.handler.codec.quic")
                                ? NettyAvailability.VERSION
                                : "4.1.136.Final"))
                .startsWith(
                        "Netty on the class path is 4.1.136.Final"
                                + " (netty-buffer, netty-common, netty-handler, netty-transport), but all Netty artifacts must be 4.2")
                .endsWith(BOM);
    }

    @Test
    void oneArtifactIsOlder() throws Exception {
        assertThat(problem(
                        NettyAvailabilityTest::nothing,
                        name -> name.equals("io.netty.buffer") ? "4.1.136.Final" : NettyAvailability.VERSION))
                .startsWith(
                        "Netty on the class path is 4.1.136.Final (netty-buffer), but all Netty artifacts must be 4.2")
                .endsWith(BOM);
    }

    @Test
    void anOlderNettyThatDoesNotSayWhichItIs() throws Exception {
        assertThat(problem(named("io.netty.channel.MultiThreadIoEventLoopGroup"), name -> null))
                .startsWith("Netty on the class path is older than 4.2, but all Netty artifacts must be 4.2")
                .endsWith(BOM);
    }

    @Test
    void aNettyThatDoesNotSayWhichItIsMayBeNewEnough() throws Exception {
        assertThat(problem(NettyAvailabilityTest::nothing, name -> null)).isNull();
    }

    @Test
    void aCodecThatDoesNotGoWithTheRest() throws Exception {
        assertThat(problem(named("io.netty.util.internal.NativeLibraryLoader"), NettyAvailabilityTest::asBuilt))
                .contains("NativeLibraryLoader")
                .endsWith(ADD);
    }

    // As Quarkus 3.37 does to a class by which memory is freed; here that class is missing.
    @Test
    void aNettyWhoseClassesWereChanged() throws Exception {
        assertThat(problem(named("io.netty.buffer.Unpooled"), NettyAvailabilityTest::asBuilt))
                .startsWith("Netty on the class path cannot allocate and free memory outside the heap (")
                .contains("--add-opens=java.base/java.nio=ALL-UNNAMED")
                .contains("-Dio.netty.tryReflectionSetAccessible=true")
                .endsWith("or set transport = kwik");
    }

    /** Loads the class path of the tests again, without some classes, and with other versions in the manifests. */
    private static final class Other extends ClassLoader {

        // None of them is ever collected: with it would go its native library, and that takes the native methods away
        // from the classes of these names in the tests' own class loader.
        private static final List<ClassLoader> KEPT = new ArrayList<>();

        private final ClassLoader source = NettyAvailabilityTest.class.getClassLoader();
        private final Predicate<String> without;
        private final Versions versions;

        Other(Predicate<String> without, Versions versions) {
            super(getPlatformClassLoader());
            this.without = without;
            this.versions = versions;
            KEPT.add(this);
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (without.test(name)) {
                throw new ClassNotFoundException(name);
            }
            try (InputStream in = source.getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                String packageName = name.substring(0, name.lastIndexOf('.'));
                if (getDefinedPackage(packageName) == null) {
                    definePackage(packageName, null, null, null, null, versions.of(packageName), null, null);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }

        @Override
        protected @Nullable URL findResource(String name) {
            return without.test(name) ? null : source.getResource(name);
        }

        @Override
        protected Enumeration<URL> findResources(String name) throws IOException {
            return without.test(name) ? Collections.emptyEnumeration() : source.getResources(name);
        }
    }
}
