package io.quicpool.settings;

import java.util.NoSuchElementException;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigValue;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * A property that is set.
 *
 * @param key the name under which it was found
 * @param value its text; null when it has an expression that leads to no value
 * @param source its configuration source; null when it is not known
 */
record PropertyValue(
        String key, @Nullable String value, @Nullable String source) {

    /** The problem of a property without a value. */
    static final String NO_VALUE = "has an expression that leads to no value";

    /** Shown in place of a missing value. */
    static final String UNKNOWN = "(unknown)";

    /** Whether it is empty. That cancels the property for all pools. */
    boolean isEmpty() {
        return value != null && value.isBlank();
    }

    /** The property; null when it is not set. */
    static @Nullable PropertyValue in(Config config, String key) {
        try {
            ConfigValue value = config.getConfigValue(key);
            boolean set = value.getRawValue() != null || value.getValue() != null;
            return set ? new PropertyValue(key, value.getValue(), value.getSourceName()) : null;
        } catch (IllegalArgumentException | NoSuchElementException e) {
            // An expression that refers to itself, or a name that is too long for the implementation, even if it is not
            // set.
            String source = sourceOf(config, key);
            return source == null ? null : new PropertyValue(key, null, source);
        }
    }

    private static @Nullable String sourceOf(Config config, String key) {
        for (ConfigSource source : config.getConfigSources()) {
            for (String name : source.getPropertyNames()) {
                if (PropertyNames.withoutProfile(name).equals(key) || name.equals(PropertyNames.variableOf(key))) {
                    return source.getName();
                }
            }
        }
        return null;
    }
}
