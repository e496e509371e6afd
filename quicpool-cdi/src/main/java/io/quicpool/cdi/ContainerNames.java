package io.quicpool.cdi;

import java.util.Optional;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/** What a Jakarta EE container offers under its standard JNDI names; nothing elsewhere. */
final class ContainerNames {

    /** The application's name (Jakarta EE Platform 10, section EE.5.15). */
    static final String APPLICATION = "java:app/AppName";

    /** The managed executor (Jakarta Concurrency 3.0, section 3.1.4). */
    static final String EXECUTOR = "java:comp/DefaultManagedExecutorService";

    private ContainerNames() {}

    // Only the constants above are looked up, in the container's own name space.
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
