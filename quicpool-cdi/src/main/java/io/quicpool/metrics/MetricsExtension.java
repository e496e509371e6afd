package io.quicpool.metrics;

import jakarta.enterprise.inject.build.compatible.spi.BuildCompatibleExtension;
import jakarta.enterprise.inject.build.compatible.spi.Discovery;
import jakarta.enterprise.inject.build.compatible.spi.ScannedClasses;

/** Adds the observers for OpenTelemetry and Micrometer, each if its API is on the class path. */
public final class MetricsExtension implements BuildCompatibleExtension {

    /** For the container. */
    public MetricsExtension() {}

    /** Adds their classes, by name because they cannot be loaded without the API. */
    @Discovery
    public void add(ScannedClasses classes) {
        if (isPresent("io.opentelemetry.api.metrics.Meter")) {
            classes.add(MetricsExtension.class.getPackageName() + ".OpenTelemetryObserver");
        }
        if (isPresent("io.micrometer.core.instrument.MeterRegistry")) {
            classes.add(MetricsExtension.class.getPackageName() + ".MicrometerObserver");
        }
    }

    private static boolean isPresent(String name) {
        try {
            Class.forName(name, false, MetricsExtension.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException absent) {
            return false;
        }
    }
}
