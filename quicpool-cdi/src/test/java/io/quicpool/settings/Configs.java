package io.quicpool.settings;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.microprofile.config.Config;

/** Configurations for tests. */
final class Configs {

    private Configs() {}

    /** One source, {@code test.properties}, from names and values in turn. */
    static Config of(String... namesAndValues) {
        return of(map(namesAndValues), Map.of());
    }

    /** The same with environment variables above it. */
    static Config of(Map<String, String> properties, Map<String, String> variables) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withProfile("dev")
                .withSources(new PropertiesConfigSource(properties, "test.properties", 100))
                .withSources(new EnvConfigSource(variables, 300))
                .build();
    }

    static Map<String, String> map(String... namesAndValues) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}
