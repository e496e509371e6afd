package io.quicpool.settings;

import io.quicpool.config.PoolKind;
import io.quicpool.config.PoolOption;
import io.quicpool.config.PoolOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * Finds the names of pools, and unknown properties, in the names of all properties.
 *
 * <p>Environment variables have their own form: {@code QUICPOOL_CLIENT__ORDERS__TARGET} stands for {@code
 * quicpool.client."orders".target}. They cannot express capitals, '.' or '-' in a name. Such a name is taken from a property with
 * the same form, if there is one. Otherwise the name is in lower case, with '-' for '_'. Implementations also guess dotted names
 * from variables. Nobody wrote these names, so they are left out. A variable that fits no property is no error, because systems
 * such as Kubernetes make their own ({@code QUICPOOL_SERVER_PORT}); see {@link UnknownVariables}.
 */
final class PropertyNames {

    /** The only property that belongs to no pool. */
    static final String APPLICATION = "quicpool.application";

    static final String PREFIX = "quicpool.";

    // Set for all pools of both kinds.
    private static final List<String> FOR_ALL_POOLS = forAllPools(PREFIX);
    private static final Pattern VARIABLE = Pattern.compile("QUICPOOL_[A-Z0-9_]+");
    private static final Pattern PROFILE = Pattern.compile("^%[^.]+\\.");

    private final Set<String> written;
    private final Set<String> sourcesOfVariables = new HashSet<>();
    private final Map<PoolKind, Set<String>> pools = new TreeMap<>();
    private final Map<String, @Nullable String> unknown = new LinkedHashMap<>();

    PropertyNames(Config config) {
        written = written(config);
        for (PoolKind kind : PoolKind.values()) {
            pools.put(kind, new TreeSet<>());
        }
        Set<String> sorted = new TreeSet<>(written);
        sorted.stream().filter(name -> name.startsWith(PREFIX)).forEach(this::dotted);
        sorted.stream().filter(name -> VARIABLE.matcher(name).matches()).forEach(this::variable);
    }

    private Set<String> written(Config config) {
        Set<String> all = new HashSet<>();
        config.getPropertyNames().forEach(all::add);
        Set<String> exact = new HashSet<>();
        for (ConfigSource source : config.getConfigSources()) {
            Set<String> names = source.getPropertyNames();
            if (names.stream().noneMatch(name -> VARIABLE.matcher(name).matches())) {
                names.forEach(name -> exact.add(withoutProfile(name)));
            } else {
                sourcesOfVariables.add(source.getName());
            }
        }
        all.removeIf(name -> name.startsWith(PREFIX) && all.contains(variableOf(name)) && !exact.contains(name));
        return all;
    }

    private static List<String> forAllPools(String prefix) {
        return PoolOptions.all().stream()
                .filter(PoolOption::isForAllPools)
                .map(each -> prefix + each.key())
                .toList();
    }

    /** The property without a profile: {@code quicpool.application} for {@code %dev.quicpool.application}. */
    static String withoutProfile(String property) {
        return PROFILE.matcher(property).replaceFirst("");
    }

    /** The environment variable that stands for a property (MicroProfile Config 3.1, section 5.3.1). */
    static String variableOf(String property) {
        return property.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    /** The pools of a kind, in the order of their names. */
    Set<String> pools(PoolKind kind) {
        Set<String> names = pools.get(kind);
        return names == null ? Set.of() : names;
    }

    /** Unknown properties, each with the most similar known property, if there is one. */
    Map<String, @Nullable String> unknown() {
        return unknown;
    }

    /** The environment variables with the prefix of this library. */
    List<String> variables() {
        return written.stream()
                .filter(name -> VARIABLE.matcher(name).matches())
                .sorted()
                .toList();
    }

    /** Whether a variable stands for a property. {@code rest} is the variable without the prefix of its kind. */
    static boolean isProperty(PoolKind kind, String rest) {
        return poolOf(kind, rest) != null
                || kind.options().stream().anyMatch(each -> rest.equals(variableOf(each.key())));
    }

    /** The name that the user wrote: the property, or its environment variable if the value is from there. */
    String asWritten(String property, @Nullable String source) {
        String variable = variableOf(property);
        boolean ofVariable = !written.contains(property) || (source != null && sourcesOfVariables.contains(source));
        return ofVariable && written.contains(variable) ? variable : property;
    }

    /** Whether {@code quicpool.client.NAME.KEY} is a property of this pool, not of all pools or of another one. */
    static boolean isPlain(PoolKind kind, String name, PoolOption<?> property) {
        String rest = name + "." + property.key();
        int dot = name.indexOf('.');
        return kind.option(rest) == null && (dot < 0 || kind.option(rest.substring(dot + 1)) == null);
    }

    // ---- quicpool.client."NAME".KEY

    private void dotted(String property) {
        for (PoolKind kind : PoolKind.values()) {
            if (property.startsWith(kind.prefix())) {
                ofKind(kind, property, property.substring(kind.prefix().length()));
                return;
            }
        }
        if (!property.equals(APPLICATION) && !FOR_ALL_POOLS.contains(property)) {
            unknown.put(property, nearestElsewhere(property));
        }
    }

    private void ofKind(PoolKind kind, String property, String rest) {
        if (kind.option(rest) != null) {
            return; // for all pools of the kind
        }
        int end = rest.startsWith("\"") ? rest.indexOf("\".", 1) + 1 : rest.indexOf('.');
        if (end <= 0) {
            unknown.put(property, nearest(kind.prefix(), rest, kind));
            return;
        }
        String key = rest.substring(end + 1);
        if (kind.option(key) == null) {
            unknown.put(property, nearest(kind.prefix() + rest.substring(0, end + 1), key, kind));
            return;
        }
        String name = rest.substring(0, end);
        pools(kind).add(name.startsWith("\"") ? name.substring(1, name.length() - 1) : name);
    }

    private static @Nullable String nearest(String before, String key, PoolKind kind) {
        List<String> keys = kind.options().stream().map(PoolOption::key).toList();
        String near = Suggestions.of(key, keys);
        return near == null ? null : before + near;
    }

    private static @Nullable String nearestElsewhere(String property) {
        int end = property.indexOf('.', PREFIX.length());
        String first = property.substring(PREFIX.length(), end < 0 ? property.length() : end);
        List<String> there = new ArrayList<>(List.of("client", "server", "application"));
        there.addAll(forAllPools(""));
        String near = Suggestions.of(first, there);
        if (near == null || (near.equals(first) && end < 0)) {
            return null;
        }
        boolean ofPools = !APPLICATION.equals(PREFIX + near) && !FOR_ALL_POOLS.contains(PREFIX + near);
        return PREFIX + near + (ofPools && end >= 0 ? property.substring(end) : "");
    }

    // ---- QUICPOOL_CLIENT__NAME__KEY

    private void variable(String variable) {
        for (PoolKind kind : PoolKind.values()) {
            String prefix = variableOf(kind.prefix());
            if (variable.startsWith(prefix)) {
                String name = poolOf(kind, variable.substring(prefix.length()));
                if (name != null && pools(kind).stream().noneMatch(known -> sameVariable(known, name))) {
                    pools(kind).add(name.toLowerCase(Locale.ROOT).replace('_', '-'));
                }
            }
        }
    }

    private static boolean sameVariable(String known, String name) {
        return variableOf(known).equals(name);
    }

    private static @Nullable String poolOf(PoolKind kind, String rest) {
        String longest = null;
        for (PoolOption<?> property : kind.options()) {
            String key = variableOf(property.key());
            if (rest.equals(key)) {
                return null; // for all pools of the kind
            }
            boolean quoted = rest.startsWith("_");
            String end = (quoted ? "__" : "_") + key;
            if (rest.endsWith(end) && (longest == null || end.length() > longest.length())) {
                longest = end;
            }
        }
        if (longest == null) {
            return null;
        }
        String name = rest.substring(rest.startsWith("_") ? 1 : 0, Math.max(rest.length() - longest.length(), 1));
        // Kubernetes: the port of a service that has the name of a key, such as QUICPOOL_SERVER_SERVICE_PORT_LISTEN.
        boolean port = !rest.startsWith("_") && name.endsWith("SERVICE_PORT");
        return name.isEmpty() || port ? null : name;
    }
}
