package io.quicpool.cdi;

import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.CDI;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The container's managed executor, which gives its threads what code in a container expects, such as its class loader. Known
 * by its standard type, as a bean, or by its standard name.
 */
final class ContainerExecutor {

    // Names, not classes: neither API is there everywhere.
    private static final List<String> TYPES = List.of(
            "org.eclipse.microprofile.context.ManagedExecutor", // MicroProfile Context Propagation
            "jakarta.enterprise.concurrent.ManagedExecutorService"); // Jakarta Concurrency

    private ContainerExecutor() {}

    /** The executor; null where there is none. */
    static @Nullable Executor find() {
        for (String type : TYPES) {
            Executor executor = bean(type);
            if (executor != null) {
                return executor;
            }
        }
        return ContainerNames.find(ContainerNames.EXECUTOR, Executor.class).orElse(null);
    }

    private static @Nullable Executor bean(String typeName) {
        try {
            Class<?> type =
                    Class.forName(typeName, false, Thread.currentThread().getContextClassLoader());
            Instance<?> beans = CDI.current().select(type);
            return beans.isResolvable() && beans.get() instanceof Executor executor ? executor : null;
        } catch (ClassNotFoundException noSuchApi) {
            return null;
        }
    }
}
