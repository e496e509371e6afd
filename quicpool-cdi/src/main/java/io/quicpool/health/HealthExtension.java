package io.quicpool.health;

import jakarta.enterprise.inject.build.compatible.spi.BuildCompatibleExtension;
import jakarta.enterprise.inject.build.compatible.spi.Synthesis;
import jakarta.enterprise.inject.build.compatible.spi.SyntheticComponents;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.Readiness;

/** Adds the readiness check where MicroProfile Health is on the class path; elsewhere nothing is missed. */
public final class HealthExtension implements BuildCompatibleExtension {

    /** For the container. */
    public HealthExtension() {}

    /**
     * Adds the check.
     *
     * @param components where to
     */
    @Synthesis
    public void add(SyntheticComponents components) {
        if (present()) {
            Check.add(components);
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

    /** A class of its own: only this one needs the API. */
    private static final class Check {

        static void add(SyntheticComponents components) {
            components
                    .addBean(PoolsReadiness.class)
                    .type(HealthCheck.class)
                    .qualifier(Readiness.class)
                    .scope(Singleton.class)
                    .createWith(ReadinessCreator.class);
        }
    }
}
