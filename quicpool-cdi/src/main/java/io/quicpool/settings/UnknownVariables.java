package io.quicpool.settings;

import io.quicpool.config.PoolKind;
import io.quicpool.config.PoolOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds environment variables that look like those of this library but stand for no property. Most likely they are mistyped. But a
 * system may have made them, so they are only logged.
 */
final class UnknownVariables {

    // Kubernetes makes these for a service with a name such as quicpool-client or quicpool-server-orders.
    private static final Pattern OF_A_SERVICE = Pattern.compile("(SERVICE_HOST|SERVICE_PORT|PORT)(_.*)?");

    private final PropertyNames names;

    UnknownVariables(PropertyNames names) {
        this.names = names;
    }

    /** One problem for each, without its source. */
    List<Problem> find() {
        List<Problem> found = new ArrayList<>();
        for (String variable : names.variables()) {
            for (PoolKind kind : PoolKind.values()) {
                String prefix = PropertyNames.variableOf(kind.prefix());
                if (variable.startsWith(prefix)) {
                    Problem problem = problem(kind, variable, prefix);
                    if (problem != null) {
                        found.add(problem);
                    }
                }
            }
        }
        return found;
    }

    private @Nullable Problem problem(PoolKind kind, String variable, String prefix) {
        String rest = variable.substring(prefix.length());
        if (PropertyNames.isProperty(kind, rest)) {
            return null;
        }
        for (String pool : names.pools(kind)) {
            String name = PropertyNames.variableOf(pool);
            for (String before : List.of("_" + name + "__", "_" + name + "_", name + "_")) {
                if (rest.startsWith(before)) {
                    String key = rest.substring(before.length());
                    boolean quoted = before.startsWith("_");
                    return quoted || !OF_A_SERVICE.matcher(key).matches()
                            ? problem(variable, prefix + (quoted ? "_" + name + "__" : before), nearest(kind, key))
                            : null;
                }
            }
        }
        // Without the name of a pool the variable may belong to another program, unless it is similar to a property.
        String near = OF_A_SERVICE.matcher(rest).matches() ? null : nearest(kind, rest);
        return near == null ? null : problem(variable, prefix, near);
    }

    private static Problem problem(String variable, String before, @Nullable String near) {
        String meant = near == null ? "" : "; did you mean " + Problem.shown(before + near) + "?";
        return new Problem(Problem.shown(variable), null, "is ignored, there is no such property" + meant);
    }

    private static @Nullable String nearest(PoolKind kind, String key) {
        List<String> keys = kind.options().stream().map(PoolOption::key).toList();
        String near = Suggestions.of(key.toLowerCase(Locale.ROOT).replace('_', '-'), keys);
        return near == null ? null : PropertyNames.variableOf(near);
    }
}
