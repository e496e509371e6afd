package io.quicpool.settings;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.quicpool.config.PoolKind;
import io.quicpool.config.PoolOption;
import io.quicpool.config.PoolOptions;
import io.quicpool.fuzz.Messages;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.config.Config;

/** Any configuration is read, or its problems are reported, one line each, without secrets. */
public final class SettingsFuzz {

    private static final String PASSWORD = "correct-horse-battery";
    private static final String KEY_LINE = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49";
    private static final String KEY = "-----BEGIN PRIVATE KEY-----\n" + KEY_LINE + "\n-----END PRIVATE KEY-----\n";
    private static final List<String> SECRETS = List.of(PASSWORD, KEY_LINE);
    private static final List<PoolOption<?>> PROPERTIES = PoolOptions.all();
    private static final List<String> NAMES = List.of("a", "b.c", "My-Orders", "jmx", "readiness", "a.jmx", "default");
    private static final List<String> VALUES = List.of(
            "",
            "1",
            "-1",
            "4096",
            "99999999999",
            "true",
            "false",
            "peer:1",
            "a:1, [::1]:2",
            "5s",
            "PT-1S",
            "10.0.0.0/8",
            "self-signed",
            "no/such/file",
            "${not.there}",
            "${not.there:5s}",
            "${quicpool.client.target}",
            "${",
            KEY);

    private SettingsFuzz() {}

    /** One run. */
    public static void fuzzerTestOneInput(FuzzedDataProvider data) {
        Map<String, String> properties = new LinkedHashMap<>();
        Map<String, String> variables = new LinkedHashMap<>();
        int count = data.consumeInt(1, 10);
        for (int i = 0; i < count; i++) {
            PoolOption<?> property = data.pickValue(PROPERTIES);
            String name = name(data, property);
            String value = property.isSecret() && !isAnother(name) ? PASSWORD : value(data);
            if (data.consumeInt(0, 3) == 0) {
                variables.put(PropertyNames.variableOf(name), value);
            } else {
                properties.put(name, value);
            }
        }
        if (!showsItself(properties) && !showsItself(variables)) {
            Config config = config(properties, variables);
            if (hasNames(config)) {
                check(config);
            }
        }
    }

    // SmallRye stumbles over an index that is no int, such as [777777777777], in any name, even if another library
    // reads it first.
    private static boolean hasNames(Config config) {
        try {
            config.getPropertyNames();
            return true;
        } catch (NumberFormatException itsOwn) {
            return false;
        }
    }

    private static String name(FuzzedDataProvider data, PoolOption<?> property) {
        PoolKind kind = data.pickValue(PoolKind.values());
        String name = data.consumeBoolean() ? NAMES.get(data.consumeInt(0, NAMES.size() - 1)) : data.consumeString(12);
        String written = kind.prefix()
                + switch (data.consumeInt(0, 2)) {
                    case 0 -> "";
                    case 1 -> name + ".";
                    default -> "\"" + name + "\".";
                }
                + property.key();
        return switch (data.consumeInt(0, 7)) {
            case 0 -> "%dev." + written;
            case 1 -> written + data.consumeString(4);
            case 2 -> written.substring(0, data.consumeInt(0, written.length())) + data.consumeString(8);
            case 3 -> "quicpool." + data.consumeString(40);
            default -> written;
        };
    }

    // What is left of a secret's name may be that of a property that is no secret, such as key-store.
    private static boolean isAnother(String name) {
        String variable = PropertyNames.variableOf(name).toUpperCase(Locale.ROOT);
        return PROPERTIES.stream()
                .filter(property -> !property.isSecret())
                .anyMatch(property -> variable.endsWith("_"
                        + property.key()
                                .toUpperCase(Locale.ROOT)
                                .replace('-', '_')
                                .replace('.', '_')));
    }

    private static String value(FuzzedDataProvider data) {
        return data.consumeBoolean() ? VALUES.get(data.consumeInt(0, VALUES.size() - 1)) : data.consumeString(40);
    }

    // A secret that stands where none belongs: in a name, or fetched by an expression.
    private static boolean showsItself(Map<String, String> properties) {
        return properties.entrySet().stream().anyMatch(each -> {
            String name = each.getKey();
            String value = each.getValue();
            boolean fetched =
                    value.contains("${") && value.toLowerCase(Locale.ROOT).contains("password");
            boolean written = !value.equals(PASSWORD) && !value.equals(KEY) && shows(value);
            return shows(name) || fetched || written;
        });
    }

    private static boolean shows(String text) {
        return SECRETS.stream().anyMatch(text::contains);
    }

    private static Config config(Map<String, String> properties, Map<String, String> variables) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withProfile("dev")
                .withSources(new PropertiesConfigSource(properties, "fuzz.properties", 100))
                .withSources(new EnvConfigSource(variables, 300))
                .build();
    }

    private static void check(Config config) {
        Settings settings = SettingsReader.read(config);
        for (Problem problem : settings.problems()) {
            Messages.check(problem.toString(), SECRETS);
            hold(problem.toString().length() < 3000, problem.toString());
        }
        hold(!settings.toString().contains(PASSWORD), "the settings show the password");
        if (!settings.problems().isEmpty()) {
            Messages.check(String.valueOf(new SettingsException(settings.problems()).getMessage()), SECRETS);
        }
        hold(settings.broken().isEmpty() || !settings.problems().isEmpty(), "broken without a problem");
        check(PoolKind.CLIENT, config, settings, settings.clients().size());
        check(PoolKind.SERVER, config, settings, settings.servers().size());
    }

    private static void check(PoolKind kind, Config config, Settings settings, int usable) {
        long broken = settings.broken().stream()
                .filter(pool -> pool.startsWith(kind.text() + " "))
                .count();
        int names = SettingsReader.names(config).getOrDefault(kind, List.of()).size();
        hold(names == usable + broken, kind + ": " + names + " names, " + usable + " usable, " + broken + " broken");
    }

    private static void hold(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
