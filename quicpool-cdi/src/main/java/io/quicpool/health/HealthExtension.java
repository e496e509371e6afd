package io.quicpool.health;

import jakarta.enterprise.inject.build.compatible.spi.BuildCompatibleExtension;
import jakarta.enterprise.inject.build.compatible.spi.Discovery;
import jakarta.enterprise.inject.build.compatible.spi.ScannedClasses;

/** Adds the readiness check where MicroProfile Health is on the class path; elsewhere nothing is missed. */
public final class HealthExtension implements BuildCompatibleExtension {

    /** For the container. */
    public HealthExtension() {}

    /**
     * Adds the check, as a class: what makes health checks known looks for their classes in some containers.
     *
     * @param classes where to
     */
    @Discovery
    public void add(ScannedClasses classes) {
        if (present()) {
            // By its name: it cannot be loaded where the API is absent.
            classes.add(HealthExtension.class.getPackageName() + ".PoolsReadiness");
        }
    }

    private static boolean present() {
        try {
            Class.forName("org.eclipse.microprofile.health.HealthCheck", false, HealthExtension.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException absent) {
            return false;
        }
    }
}
