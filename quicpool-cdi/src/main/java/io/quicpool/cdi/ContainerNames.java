package io.quicpool.cdi;

import java.util.Optional;
import java.util.concurrent.Executor;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/** Looks up objects under the standard JNDI names of a Jakarta EE container. Finds nothing elsewhere. */
final class ContainerNames {

    /** The application's name (Jakarta EE Platform 10, section EE.5.15). */
    static final String APPLICATION = "java:app/AppName";

    /** The managed executor (Jakarta Concurrency 3.0, section 3.1.4). */
    static final String EXECUTOR = "java:comp/DefaultManagedExecutorService";

    /** The service that gives code the context of a component (Jakarta Concurrency 3.0, section 3.3.5). */
    static final String CONTEXT_SERVICE = "java:comp/DefaultContextService";

    private ContainerNames() {}

    /** An executor that runs code on the calling thread, with the context of the current thread; empty if there is no such service. */
    static Optional<Executor> currentContext() {
        return find(CONTEXT_SERVICE, Object.class).flatMap(service -> {
            try {
                // By name, because the API may be absent.
                Class<?> type = Class.forName(
                        "jakarta.enterprise.concurrent.ContextService",
                        false,
                        service.getClass().getClassLoader());
                return Optional.of(
                        (Executor) type.getMethod("currentContextExecutor").invoke(service));
            } catch (ReflectiveOperationException olderThanJakartaEe10) {
                return Optional.empty();
            }
        });
    }

    // Only the constants above are looked up.
    @SuppressWarnings("BanJNDI")
    static <T> Optional<T> find(String name, Class<T> type) {
        try {
            return Optional.ofNullable(new InitialContext().lookup(name))
                    .filter(type::isInstance)
                    .map(type::cast);
        } catch (NamingException noSuchName) {
            return Optional.empty();
        }
    }
}
