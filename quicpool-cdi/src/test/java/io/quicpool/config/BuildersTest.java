package io.quicpool.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the builders say of an option is what the table says. */
class BuildersTest {

    private static final Path SOURCES = Path.of("src/main/java/io/quicpool/config");
    private static final Pattern SETTER = Pattern.compile(
            "/\\*\\*((?:(?!\\*/).)*)\\*/\\s+public [^(]*\\([^)]*\\) \\{\\s+return option\\(PoolOptions\\.([A-Z_]+), \\w+\\);",
            Pattern.DOTALL);

    @ParameterizedTest
    @CsvSource({
        "PoolConfigBuilder, CLIENT",
        "PoolConfigBuilder, SERVER",
        "ClientPoolConfigBuilder, CLIENT",
        "ServerPoolConfigBuilder, SERVER"
    })
    void sayTheDefaults(String builder, PoolKind kind) throws Exception {
        int seen = 0;
        String source = Files.readString(SOURCES.resolve(builder + ".java"));
        for (MatchResult setter : SETTER.matcher(source).results().toList()) {
            PoolOption<?> option =
                    (PoolOption<?>) PoolOptions.class.getField(setter.group(2)).get(null);
            String expected = written(option.defaultOf(kind));
            if (expected != null) {
                assertThat(setter.group(1).replaceAll("\\s+\\*\\s+", " "))
                        .as(option.key())
                        .contains("Default: " + expected);
                seen++;
            }
        }
        assertThat(seen).isGreaterThan(4);
    }

    private static @Nullable String written(@Nullable Object value) {
        if (value instanceof Duration duration) {
            return Durations.text(duration).replaceAll("(\\d+)(\\w+)", "$1 $2");
        }
        if (value instanceof Integer number) {
            return String.format(Locale.ROOT, "%,d", number);
        }
        if (value instanceof Boolean) {
            return value.toString();
        }
        return value instanceof String text ? "{@code " + text + "}" : null;
    }

    @Test
    void takeAnyOptionOfTheirKindOfPool() {
        ClientPoolConfig config = ClientPoolConfig.builder()
                .target("peer:1")
                .option(PoolOptions.ID_TIMEOUT, Duration.ofSeconds(1))
                .build();
        assertThat(config.idTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.option(PoolOptions.KEEP_ALIVE)).isEqualTo(config.keepAlive());
        assertThat(config.find(PoolOptions.HOSTNAME)).isNull();
        assertThat(config.find(PoolOptions.LISTEN)).isNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClientPoolConfig.builder().option(PoolOptions.MAX_CONNECTIONS, 1))
                .withMessage("max-connections is no option of the settings of a client pool");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClientPoolConfig.builder().option(PoolOptions.JMX_ENABLED, true))
                .withMessage("jmx.enabled is no option of the settings of a client pool");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.option(PoolOptions.HOSTNAME))
                .withMessage("hostname has no value here");
    }
}
