package io.quicpool.cdi;

import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.CDI;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Finds the container's managed executor, whose threads have what code in a container expects, such as the class loader. It is a bean of
 * a standard type, or has a standard JNDI name.
 */
final class ContainerExecutor {

    // By name, because each API may be absent.
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
