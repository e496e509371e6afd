package io.quicpool.core.targets;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ConfigException;
import io.quicpool.config.TargetSource;
import io.quicpool.config.TargetSourceProvider;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Where the targets of a pool come from: the source of the application, or one that {@link ServiceLoader} finds by its scheme. */
public final class TargetSources {

    private TargetSources() {}

    /**
     * The source of a pool's targets.
     *
     * @return null when the targets are those of the settings
     * @throws ConfigException when nobody knows the scheme, or it does not like the URI
     */
    public static @Nullable TargetSource of(ClientPoolConfig config) {
        URI uri = config.targetUri();
        return uri == null ? config.targetSource() : provider(uri).source(uri, config);
    }

    private static TargetSourceProvider provider(URI uri) {
        Map<String, TargetSourceProvider> found = new TreeMap<>();
        try {
            add(TargetSourceProvider.class.getClassLoader(), found);
            // In containers, the application has a class loader of its own.
            add(Thread.currentThread().getContextClassLoader(), found);
        } catch (ServiceConfigurationError | LinkageError e) {
            throw new ConfigException("target", uri, "cannot load a target source: " + e.getMessage(), e);
        }
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        TargetSourceProvider provider = found.get(scheme);
        if (provider == null) {
            throw new ConfigException(
                    "target",
                    uri,
                    "there is no target source for " + scheme + ":// on the class path"
                            + (scheme.equals("stork")
                                    ? ": add io.quicpool:quicpool-stork"
                                    : "; known are " + found.keySet()));
        }
        return provider;
    }

    private static void add(@Nullable ClassLoader loader, Map<String, TargetSourceProvider> found) {
        ServiceLoader.load(TargetSourceProvider.class, loader)
                .forEach(each -> found.putIfAbsent(each.scheme().toLowerCase(Locale.ROOT), each));
    }
}
