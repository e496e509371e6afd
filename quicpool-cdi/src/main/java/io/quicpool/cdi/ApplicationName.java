package io.quicpool.cdi;

import org.jspecify.annotations.Nullable;

/** The name of the application in JMX. It distinguishes the applications of one JVM. */
final class ApplicationName {

    private static final String DEFAULT = "default";

    private ApplicationName() {}

    /** The configured name, else that of the Jakarta EE application, else {@code default}. */
    static String of(@Nullable String configured) {
        if (configured != null && !configured.isEmpty()) {
            return configured;
        }
        return ContainerNames.find(ContainerNames.APPLICATION, String.class)
                .filter(name -> !name.isBlank())
                .orElse(DEFAULT);
    }
}
