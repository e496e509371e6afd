package io.quicpool.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.quicpool.config.PoolKind;
import io.quicpool.config.PoolOption;
import io.quicpool.config.PoolOptions;
import io.quicpool.testing.Mutations;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;

/** Names and values that are nearly right: the result is problems, never an exception. */
class SettingsFuzzTest {

    private static final String ALPHABET = "abzAZ09.-_\"*?% \t\n\u0000\u0085\u2028$\\{}:/,";
    private static final String SECRET = "correct-horse-battery";
    private static final List<String> NAMES = List.of("a", "b.c", "My-Orders", "jmx", "readiness", "a.jmx", "default");
    private static final List<String> VALUES = List.of(
            "",
            " ",
            "1",
            "-1",
            "4096",
            "99999999999",
            "true",
            "false",
            "peer:1",
            "a:1, [::1]:2",
            "5s",
            "pt5s",
            "PT-1S",
            "10.0.0.0/8",
            "self-signed",
            "ab".repeat(32),
            "no/such/file",
            "${not.there}",
            "${not.there:5s}",
            "${quicpool.client.\"a\".target}",
            "${quicpool.client.target}",
            "${",
            "}");

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private String mutated(String sample) {
        return Mutations.of(sample, ALPHABET, 3, random);
    }

    private String property(PoolOption<?> property) {
        PoolKind kind = any(List.of(PoolKind.values()));
        String name = any(NAMES);
        String written = kind.prefix()
                + switch (random.nextInt(3)) {
                    case 0 -> "";
                    case 1 -> name + ".";
                    default -> "\"" + name + "\".";
                }
                + property.key();
        return switch (random.nextInt(6)) {
            case 0 -> mutated(written);
            case 1 -> "%dev." + written;
            default -> written;
        };
    }

    @Test
    void anyConfigurationIsReadOrReportedAndNothingIsThrown() {
        List<PoolOption<?>> all = PoolOptions.all();
        for (int round = 0; round < 2000; round++) {
            Map<String, String> properties = new LinkedHashMap<>();
            Map<String, String> variables = new LinkedHashMap<>();
            for (int i = random.nextInt(10); i >= 0; i--) {
                PoolOption<?> property = any(all);
                String name = property(property);
                String value = property.isSecret() ? SECRET : random.nextBoolean() ? any(VALUES) : mutated(any(VALUES));
                boolean variable = random.nextInt(4) == 0;
                (variable ? variables : properties).put(variable ? PropertyNames.variableOf(name) : name, value);
            }
            String given = "seed " + seed + ": " + properties + " " + variables;
            try {
                check(given, Configs.of(properties, variables));
            } catch (RuntimeException e) {
                fail(given, e);
            }
        }
    }

    private static void check(String given, Config config) {
        Settings settings = SettingsReader.read(config);
        Predicate<Problem> readable = problem -> problem.toString().codePoints().noneMatch(Character::isISOControl)
                && problem.toString().length() < 2000;
        assertThat(settings.problems()).as(given).doesNotHaveDuplicates().allMatch(readable);
        assertThat(settings.toString()).as(given).doesNotContain(SECRET);
        assertThat(SettingsReader.names(config).get(PoolKind.CLIENT))
                .as(given)
                .hasSize(settings.clients().size() + count(settings.broken(), PoolKind.CLIENT))
                .containsAll(settings.clients().stream().map(PoolSettings::name).toList());
        assertThat(SettingsReader.names(config).get(PoolKind.SERVER))
                .as(given)
                .hasSize(settings.servers().size() + count(settings.broken(), PoolKind.SERVER));
        if (!settings.broken().isEmpty()) {
            assertThat(settings.problems()).as(given).isNotEmpty();
        }
    }

    private static int count(List<String> pools, PoolKind kind) {
        return (int) pools.stream()
                .filter(pool -> pool.startsWith(kind.text() + " "))
                .count();
    }
}
