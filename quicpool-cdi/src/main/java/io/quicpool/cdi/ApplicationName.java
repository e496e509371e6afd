package io.quicpool.cdi;

import org.jspecify.annotations.Nullable;

/** What tells applications in one process apart. */
final class ApplicationName {

    private static final String OTHERWISE = "default";

    private ApplicationName() {}

    /** The configured name, else that of the Jakarta EE application, else {@code default}. */
    static String of(@Nullable String configured) {
        if (configured != null && !configured.isEmpty()) {
            return configured;
        }
        return ContainerNames.find(ContainerNames.APPLICATION, String.class)
                .filter(name -> !name.isBlank())
                .orElse(OTHERWISE);
    }
}
