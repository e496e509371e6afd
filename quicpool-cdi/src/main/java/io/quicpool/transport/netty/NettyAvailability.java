package io.quicpool.transport.netty;

import java.lang.reflect.InvocationTargetException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Checks that Netty, its QUIC codec and the native library for this platform are there, and says what to add. It refers to
 * classes of Netty by name only, so that it can be loaded without them.
 */
final class NettyAvailability {

    /** The version of the build and of the tests. */
    static final String VERSION = "4.2.18.Final";

    private static final ClassLoader LOADER = NettyAvailability.class.getClassLoader();

    /** A class of each artifact that the codec depends on. A container or a BOM may decide the version of each. */
    private static final Map<String, String> ARTIFACTS = new TreeMap<>(Map.of(
            "netty-buffer", "io.netty.buffer.ByteBuf",
            "netty-common", "io.netty.util.concurrent.Future",
            "netty-handler", "io.netty.handler.ssl.SslContext",
            "netty-transport", "io.netty.channel.Channel"));

    private NettyAvailability() {}

    /** Says what is missing and what helps; null when nothing is missing. */
    static @Nullable String problem() {
        if (!present("io.netty.channel.Channel")) {
            return "Netty is not on the class path: " + add();
        }
        String old = older();
        if (old != null) {
            return "Netty on the class path is " + old
                    + ", but all Netty artifacts must be 4.2. If Netty comes with the container, the container may need"
                    + " its own version: then set transport = kwik. Otherwise import io.netty:netty-bom:" + VERSION
                    + " before the BOM of the container, and add " + artifacts();
        }
        if (!present("io.netty.handler.codec.quic.Quic")) {
            return "Netty's QUIC codec is not on the class path: " + add();
        }
        String missing = unavailable();
        return missing == null ? unusable() : missing;
    }

    /** The versions that are too old, or null. */
    private static @Nullable String older() {
        TreeSet<String> versions = new TreeSet<>();
        StringBuilder which = new StringBuilder();
        ARTIFACTS.forEach((artifact, type) -> {
            String version = version(type);
            if (version != null && version.matches("(3|4\\.[01])\\..*")) {
                versions.add(version);
                which.append(which.isEmpty() ? "" : ", ").append(artifact);
            }
        });
        if (versions.isEmpty()) {
            return present("io.netty.channel.MultiThreadIoEventLoopGroup") ? null : "older than 4.2";
        }
        return String.join(", ", versions) + " (" + which + ")";
    }

    private static @Nullable String unavailable() {
        try {
            Object cause = Class.forName("io.netty.handler.codec.quic.Quic", true, LOADER)
                    .getMethod("unavailabilityCause")
                    .invoke(null);
            return cause == null
                    ? null
                    : "Netty's native QUIC library for " + platform() + " cannot be loaded ("
                            + ((Throwable) cause).getMessage() + "): " + add();
        } catch (ReflectiveOperationException | LinkageError e) {
            return "Netty's QUIC codec does not match the other Netty artifacts on the class path (" + cause(e) + "): "
                    + add();
        }
    }

    /** A container may patch classes of Netty at build time, for its own version of Netty: seen in Quarkus 3.37. */
    private static @Nullable String unusable() {
        try {
            Object buffer = Class.forName("io.netty.buffer.Unpooled", true, LOADER)
                    .getMethod("directBuffer", int.class)
                    .invoke(null, 1);
            Class.forName("io.netty.util.ReferenceCounted", true, LOADER)
                    .getMethod("release")
                    .invoke(buffer);
            return null;
        } catch (ReflectiveOperationException | LinkageError e) {
            return "Netty on the class path cannot allocate and free memory outside the heap (" + cause(e)
                    + "). The container may have changed classes of Netty. Start Java with"
                    + " --add-opens=java.base/java.nio=ALL-UNNAMED and -Dio.netty.tryReflectionSetAccessible=true,"
                    + " or use Java 25, or set transport = kwik";
        }
    }

    private static Throwable cause(Throwable e) {
        return e instanceof InvocationTargetException && e.getCause() != null ? e.getCause() : e;
    }

    private static String add() {
        return "add " + artifacts() + ", or set transport = kwik";
    }

    private static String artifacts() {
        return "io.netty:netty-codec-classes-quic:" + VERSION + " and io.netty:netty-codec-native-quic:" + VERSION
                + " with the classifier " + platform();
    }

    /** The implementation version in the jar of a class; null where the class or the version is missing. */
    private static @Nullable String version(String type) {
        try {
            Package in = Class.forName(type, false, LOADER).getPackage();
            return in == null ? null : in.getImplementationVersion();
        } catch (ClassNotFoundException | LinkageError e) {
            return null;
        }
    }

    /** The classifier of Netty's native artifacts for this platform. */
    static String platform() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String family = os.contains("mac") ? "osx" : os.contains("win") ? "windows" : "linux";
        String processor =
                switch (arch) {
                    case "amd64", "x86_64" -> "x86_64";
                    case "aarch64", "arm64" -> "aarch_64";
                    default -> arch;
                };
        return family + "-" + processor;
    }

    static boolean epollOnClassPath() {
        return present("io.netty.channel.epoll.Epoll");
    }

    private static boolean present(String name) {
        try {
            Class.forName(name, false, LOADER);
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }
}
