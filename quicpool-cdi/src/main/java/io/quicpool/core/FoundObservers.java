package io.quicpool.core;

import io.quicpool.PoolObserver;
import io.quicpool.core.report.PoolLog;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The observers that {@link ServiceLoader} finds. One that cannot be loaded is logged, and costs nobody a pool. */
final class FoundObservers {

    // A class loader that fails each time must not be asked for ever.
    private static final int MAX_FAILURES = 16;

    private FoundObservers() {}

    /** The given observers, and new ones of each class that is found. */
    static List<PoolObserver> and(List<PoolObserver> given, PoolLog log) {
        Map<Class<?>, PoolObserver> found = new LinkedHashMap<>();
        add(PoolObserver.class.getClassLoader(), found, log);
        // In containers, the application has a class loader of its own.
        add(Thread.currentThread().getContextClassLoader(), found, log);
        return Stream.concat(given.stream(), found.values().stream()).toList();
    }

    private static void add(@Nullable ClassLoader loader, Map<Class<?>, PoolObserver> found, PoolLog log) {
        Iterator<ServiceLoader.Provider<PoolObserver>> providers =
                ServiceLoader.load(PoolObserver.class, loader).stream().iterator();
        for (int failures = 0; failures < MAX_FAILURES; ) {
            try {
                if (!providers.hasNext()) {
                    return;
                }
                ServiceLoader.Provider<PoolObserver> each = providers.next();
                if (!found.containsKey(each.type())) {
                    found.put(each.type(), each.get());
                }
            } catch (ServiceConfigurationError | LinkageError e) {
                failures++;
                log.warning("cannot load an observer", e);
            }
        }
    }
}
