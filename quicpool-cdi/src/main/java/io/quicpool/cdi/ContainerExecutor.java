package io.quicpool.cdi;

import jakarta.enterprise.inject.Instance;
import java.lang.reflect.Type;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * The container's managed executor, which gives its threads what code in a container expects, such as its class loader. Known
 * by its standard type, as a bean, or by its standard name.
 */
final class ContainerExecutor {

    // Names, not classes: neither API is there everywhere.
    private static final Set<String> TYPES = Set.of(
            "org.eclipse.microprofile.context.ManagedExecutor", // MicroProfile Context Propagation
            "jakarta.enterprise.concurrent.ManagedExecutorService"); // Jakarta Concurrency

    private ContainerExecutor() {}

    /** The executor; null where there is none. */
    static @Nullable Executor find(Instance<ExecutorService> beans) {
        for (Instance.Handle<ExecutorService> handle : beans.handles()) {
            if (handle.getBean().getTypes().stream().map(Type::getTypeName).anyMatch(TYPES::contains)) {
                return handle.get();
            }
        }
        return ContainerNames.find(ContainerNames.EXECUTOR, Executor.class).orElse(null);
    }
}
