package io.quicpool.cdi;

import io.quicpool.ClientPool;
import io.quicpool.config.KeyMaterial;
import io.quicpool.metrics.MicrometerObserver;
import io.quicpool.metrics.OpenTelemetryObserver;
import io.quicpool.metrics.OpenTelemetryTracesObserver;
import io.quicpool.testing.KeyFiles;
import io.quicpool.testing.Pools;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.spi.ConfigProviderResolver;
import org.jboss.weld.environment.se.Weld;
import org.jboss.weld.environment.se.WeldContainer;

/** An application in a real container: Weld with our beans, those of a test, and a configuration. */
final class App implements AutoCloseable {

    private final WeldContainer container;

    private App(WeldContainer container) {
        this.container = container;
    }

    /** Starts it. If the start fails, stops the container and throws the exception. */
    static App start(Map<String, String> properties, Class<?>... beans) {
        configure(properties);
        Weld weld = weld(beans);
        try {
            return new App(weld.initialize());
        } catch (RuntimeException e) {
            weld.shutdown();
            throw e;
        }
    }

    /** Where the container looks for beans on the whole class path, as most do. */
    static App scanned(Map<String, String> properties) {
        configure(properties);
        return new App(new Weld().initialize());
    }

    /** Our beans and those of a test, without scanning the class path. Our extensions are found as usual. */
    static Weld weld(Class<?>... beans) {
        return new Weld()
                .disableDiscovery()
                .addBeanClasses(
                        PoolRegistry.class,
                        OpenTelemetryObserver.class,
                        OpenTelemetryTracesObserver.class,
                        MicrometerObserver.class)
                .addBeanClasses(beans);
    }

    /** Makes these properties the whole configuration. */
    static void configure(Map<String, String> properties) {
        ConfigProviderResolver resolver = ConfigProviderResolver.instance();
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        resolver.releaseConfig(resolver.getConfig(loader));
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(properties, "test.properties", 100))
                .build();
        resolver.registerConfig(config, loader);
    }

    /** A server pool of this name on a free port, with a certificate in PEM files in that folder. */
    static Map<String, String> server(String name, Path folder) {
        Path pem = pem(folder, Pools.CERTIFICATE);
        Map<String, String> properties = new LinkedHashMap<>();
        String prefix = "quicpool.server.\"" + name + "\".";
        properties.put(prefix + "listen", "127.0.0.1:0");
        properties.put(prefix + "certificate", pem.toString());
        properties.put(prefix + "private-key", pem.toString());
        properties.put(prefix + "drain-timeout", "0s");
        return properties;
    }

    /** A client pool of this name, for that target. */
    static Map<String, String> client(String name, String target) {
        Map<String, String> properties = new LinkedHashMap<>();
        String prefix = "quicpool.client.\"" + name + "\".";
        properties.put(prefix + "target", target);
        properties.put(prefix + "tls-mode", "self-signed");
        properties.put(prefix + "fingerprint", Pools.CERTIFICATE.fingerprint().toString());
        properties.put(prefix + "drain-timeout", "0s");
        return properties;
    }

    /** Key and certificates in one file. */
    static Path pem(Path folder, KeyMaterial material) {
        try {
            return Files.writeString(
                    folder.resolve("server.pem"), KeyFiles.pem(material) + KeyFiles.pem(material.certificateChain()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The threads of all pools that are open. */
    static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith("quicpool-") || name.startsWith("kwik-"))
                .collect(Collectors.toSet());
    }

    /** A client outside of it, for its server pool of this name. */
    ClientPool clientOf(String server, Pools pools) {
        int port = get(PoolRegistry.class).server(server).localAddress().getPort();
        return pools.client("127.0.0.1:" + port, c -> c.name("outside").capacity(2, 2));
    }

    WeldContainer container() {
        return container;
    }

    <T> T get(Class<T> type) {
        return container.select(type).get();
    }

    @Override
    public void close() {
        container.close();
    }
}
