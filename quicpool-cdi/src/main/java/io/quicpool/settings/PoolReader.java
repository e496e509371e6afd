package io.quicpool.settings;

import io.quicpool.config.ConfigException;
import io.quicpool.config.PoolConfig;
import io.quicpool.config.PoolConfigBuilder;
import io.quicpool.config.PoolKind;
import io.quicpool.config.PoolOption;
import io.quicpool.config.PoolOptions;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * Reads the properties of one pool and finds all problems, although a builder stops at the first one: a property that cannot be used is
 * reported and left out, and the builder runs again with the rest.
 */
abstract class PoolReader<C extends PoolConfig> {

    // If the content of a secret is given instead of its file, the value is a private key.
    static final String PEM = "-----BEGIN ";
    static final String HIDDEN = "(hidden)";

    private final Config config;
    private final PropertyNames names;
    final PoolKind kind;
    final String name;
    private final List<Problem> problems;
    private boolean nameReported;
    private final Set<PoolOption<?>> leftOut = new HashSet<>();

    PoolReader(Config config, PropertyNames names, PoolKind kind, String name, List<Problem> problems) {
        this.config = config;
        this.names = names;
        this.kind = kind;
        this.name = name;
        this.problems = problems;
    }

    /** Builds the settings without the properties that are left out; null if one that was reported is required. */
    abstract @Nullable C build();

    /** The server pool of the same application that a client pool connects to; otherwise null. */
    @Nullable String follows() {
        return null;
    }

    /** Whether the pool is switched on. A value that cannot be read counts as on, and {@link #read} reports it. */
    boolean enabled() {
        PropertyValue found = find(PoolOptions.ENABLED);
        return found == null
                || found.value() == null
                || !"false".equalsIgnoreCase(found.value().strip());
    }

    /**
     * The settings; null when there are problems. All problems are reported.
     *
     * @param check throws a {@link ConfigException} for settings that the engine cannot use
     */
    @Nullable PoolSettings<C> read(Consumer<C> check) {
        int before = problems.size();
        while (true) {
            try {
                PoolSettings<C> settings = settings(check);
                return problems.size() == before ? settings : null;
            } catch (Refused e) {
                if (!report(e)) {
                    return null; // reported before, so leaving it out did not help
                }
            }
        }
    }

    /** Reports a property and leaves it out from now on; false if it was reported before. */
    boolean report(Refused e) {
        boolean first = leftOut.add(e.property);
        if (first) {
            problems.add(problem(e));
        }
        return first;
    }

    private @Nullable PoolSettings<C> settings(Consumer<C> check) {
        Map<PoolOption<?>, Object> options = new LinkedHashMap<>();
        for (PoolOption<?> option : kind.options()) {
            if (option.use() == PoolOption.Use.COMPONENT) {
                options.put(option, checked(option));
            }
        }
        C built;
        try {
            built = build();
            if (built != null) {
                check.accept(built);
            }
        } catch (ConfigException e) {
            if (e.property().equals("name")) {
                problems.add(nameProblem("the pool's name " + e.allowed()));
                nameReported = true;
                return settings(check);
            }
            throw new Refused(propertyOf(e), e.value(), e.allowed());
        }
        return built == null ? null : new PoolSettings<>(name, built, follows(), options);
    }

    // The property of a problem that was found only when all settings were put together.
    private PoolOption<?> propertyOf(ConfigException e) {
        if (e.property().equals("trust-store") && find(PoolOptions.TRUST_STORE) == null) {
            return PoolOptions.TRUST_CERTIFICATES;
        }
        PoolOption<?> property = kind.option(e.property());
        return property == null ? kind.required() : property;
    }

    /** The name of the pool, or the default name once the pool's own was reported, so that the rest is checked. */
    String usableName() {
        return nameReported ? SettingsReader.DEFAULT_NAME : name;
    }

    // The name stands in the names of the pool's properties. The message shows one of them, the required one if it is
    // set.
    private Problem nameProblem(String allowed) {
        return Stream.concat(Stream.of(kind.required()), kind.options().stream())
                .filter(property -> {
                    PropertyValue found = find(property);
                    return found != null && !found.key().equals(kind.prefix() + property.key());
                })
                .findFirst()
                .map(property -> problem(new Refused(property, PropertyValue.UNKNOWN, allowed)))
                .orElseGet(() -> new Problem(kind.prefix() + "\"" + Problem.shown(name) + "\"", null, allowed));
    }

    // ---- one property

    static final String NOT_SET = "(not set)";

    /** A property that cannot be used. */
    static final class Refused extends RuntimeException {

        private static final long serialVersionUID = 1L;
        private final PoolOption<?> property;
        private final String value;
        private final String allowed;

        Refused(PoolOption<?> property, String value, String allowed) {
            super(property.key(), null, false, false);
            this.property = property;
            this.value = value;
            this.allowed = allowed;
        }
    }

    private @Nullable PropertyValue find(PoolOption<?> property) {
        PropertyValue found = PropertyValue.in(config, kind.property(name, property.key()));
        if (found == null && PropertyNames.isPlain(kind, name, property)) {
            found = PropertyValue.in(config, kind.prefix() + name + "." + property.key());
        }
        if (found == null) {
            found = PropertyValue.in(config, kind.prefix() + property.key());
        }
        return found != null || !property.isForAllPools()
                ? found
                : PropertyValue.in(config, PropertyNames.PREFIX + property.key());
    }

    /** The text of a property; null when it is not set, empty, or left out. */
    @Nullable String text(PoolOption<?> property) {
        PropertyValue found = leftOut.contains(property) ? null : find(property);
        if (found == null) {
            return null;
        }
        if (found.value() == null) {
            throw new Refused(property, PropertyValue.UNKNOWN, PropertyValue.NO_VALUE);
        }
        String text = property.isSecret() ? found.value() : found.value().strip();
        return text.isEmpty() ? null : text;
    }

    /** Whether one of them was reported and left out. */
    boolean isLeftOut(PoolOption<?>... properties) {
        return Arrays.stream(properties).anyMatch(leftOut::contains);
    }

    /** The value of an option; null when it is not set. The builder checks its range. */
    <T> @Nullable T value(PoolOption<T> option) {
        String text = text(option);
        try {
            return text == null ? null : option.parse(text);
        } catch (ConfigException e) {
            throw new Refused(option, e.value(), e.allowed());
        }
    }

    // For options that no builder has.
    private <T> T checked(PoolOption<T> option) {
        T value = value(option);
        if (value == null) {
            return Objects.requireNonNull(option.defaultOf(kind));
        }
        try {
            option.check(value);
        } catch (ConfigException e) {
            throw new Refused(option, e.value(), e.allowed());
        }
        return value;
    }

    /** Sets every option except the required one. */
    void setOptions(PoolConfigBuilder<?> builder) {
        for (PoolOption<?> option : kind.options()) {
            if (option.use() == PoolOption.Use.POOL && option != kind.required()) {
                set(option, builder);
            }
        }
    }

    private <T> void set(PoolOption<T> option, PoolConfigBuilder<?> builder) {
        T value = value(option);
        if (value != null && !needsReported(option)) {
            builder.option(option, value);
        }
    }

    /** Whether an option is left out because it needs another one that was reported. */
    abstract boolean needsReported(PoolOption<?> option);

    /** The refusal of the settings, for the property that it names, else for the given one. */
    Refused refused(ConfigException e, PoolOption<?> fallback) {
        PoolOption<?> named = kind.option(e.property());
        return new Refused(named == null ? fallback : named, e.value(), e.allowed());
    }

    // ---- messages

    private Problem problem(Refused e) {
        PropertyValue found = find(e.property);
        if (found == null) {
            String key = kind.property(Problem.shown(name), e.property.key());
            String value = e.value.equals(NOT_SET) ? e.value : e.value + " (default)";
            return new Problem(key + " = " + value, null, e.allowed);
        }
        String value = found.value() == null ? e.value : found.value();
        boolean hidden = e.property.isSecret() || value.contains(PEM);
        return new Problem(
                Problem.shown(names.asWritten(found.key(), found.source())) + " = "
                        + (hidden ? HIDDEN : Problem.shown(value)),
                found.source(),
                e.allowed);
    }
}
