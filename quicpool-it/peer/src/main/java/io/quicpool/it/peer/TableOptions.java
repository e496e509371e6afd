package io.quicpool.it.peer;

import io.quicpool.config.PoolConfigBuilder;
import io.quicpool.config.PoolKind;
import io.quicpool.config.PoolOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of the library's table on the command line: {@code --KEY VALUE} for each that is part of a pool's settings. */
final class TableOptions {

    private TableOptions() {}

    /** Adds those that a command does not declare itself, if it opens a pool: it has the name of its kind. */
    static void addTo(CommandSpec command) {
        for (PoolKind kind : PoolKind.values()) {
            if (command.name().equals(kind.text())) {
                addTo(command, kind);
            }
        }
    }

    private static void addTo(CommandSpec command, PoolKind kind) {
        for (PoolOption<?> option : kind.options()) {
            if (option.use() == PoolOption.Use.POOL && command.findOption("--" + option.key()) == null) {
                command.addOption(spec(option, option.defaultOf(kind)));
            }
        }
    }

    private static OptionSpec spec(PoolOption<?> option, @Nullable Object byDefault) {
        OptionSpec.Builder spec = OptionSpec.builder("--" + option.key())
                .paramLabel("VALUE")
                .type(String.class)
                .description(option.meaning() + " Values: " + option.allowed() + ". Default: " + option.defaultText());
        if (byDefault instanceof Boolean) {
            spec.arity("0..1").fallbackValue("true");
        } else if (byDefault instanceof List) {
            spec.type(List.class).auxiliaryTypes(String.class);
        }
        return spec.build();
    }

    /** Sets those that were given. */
    static void set(CommandSpec command, PoolKind kind, PoolConfigBuilder<?> builder) {
        for (PoolOption<?> option : kind.options()) {
            OptionSpec spec = command.findOption("--" + option.key());
            Object given = spec == null || option.use() != PoolOption.Use.POOL ? null : spec.getValue();
            if (given instanceof List<?> several) {
                set(
                        option,
                        String.join(",", several.stream().map(Object::toString).toList()),
                        builder);
            } else if (given != null) {
                set(option, given.toString(), builder);
            }
        }
    }

    private static <T> void set(PoolOption<T> option, String text, PoolConfigBuilder<?> builder) {
        builder.option(option, option.parse(text));
    }
}
