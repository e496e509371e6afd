package io.quicpool.transport.netty;

import java.lang.reflect.InvocationTargetException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whether Netty, its QUIC codec and the native library for this platform are there; says what to add. Names no class of Netty. */
final class NettyAvailability {

    /** The version that this engine is built and tested with. */
    static final String VERSION = "4.2.18.Final";

    private static final ClassLoader LOADER = NettyAvailability.class.getClassLoader();

    private NettyAvailability() {}

    /** Null when everything is there, else what is missing and what helps. */
    static @Nullable String problem() {
        if (!present("io.netty.channel.Channel")) {
            return "Netty is not on the class path: " + add();
        }
        if (!present("io.netty.channel.MultiThreadIoEventLoopGroup")) {
            return "Netty on the class path is " + version()
                    + ", and must be 4.2 (a container that brings its own 4.1 can only use" + " transport = kwik): "
                    + add();
        }
        if (!present("io.netty.handler.codec.quic.Quic")) {
            return "Netty's QUIC codec is not on the class path: " + add();
        }
        return unavailable();
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
            Throwable cause = e instanceof InvocationTargetException && e.getCause() != null ? e.getCause() : e;
            return "Netty's QUIC codec does not go with the Netty " + version() + " on the class path (" + cause + "): "
                    + add();
        }
    }

    private static String add() {
        return "add io.netty:netty-codec-classes-quic:" + VERSION + " and io.netty:netty-codec-native-quic:" + VERSION
                + " with the classifier " + platform() + ", or set transport = kwik";
    }

    private static String version() {
        String version = null;
        try {
            Package in =
                    Class.forName("io.netty.channel.Channel", false, LOADER).getPackage();
            version = in == null ? null : in.getImplementationVersion();
        } catch (ClassNotFoundException e) {
            // Asked for only when it is there.
        }
        return version == null ? "older than 4.2" : version;
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
