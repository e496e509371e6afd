package io.quicpool.health;

import jakarta.enterprise.inject.build.compatible.spi.BuildCompatibleExtension;
import jakarta.enterprise.inject.build.compatible.spi.Discovery;
import jakarta.enterprise.inject.build.compatible.spi.ScannedClasses;

/** Adds the readiness check if MicroProfile Health is on the class path. */
public final class HealthExtension implements BuildCompatibleExtension {

    /** For the container. */
    public HealthExtension() {}

    /** Adds the class of the check. Some containers find health checks only by their classes. */
    @Discovery
    public void add(ScannedClasses classes) {
        if (present()) {
            // By name, because the class cannot be loaded without the API.
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
