package io.quicpool.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How the values of an option are read, checked and written.
 *
 * @param reader makes a value from the key and a text, or throws a {@link ConfigException}
 * @param writer makes the text of a value
 * @param problem what is wrong with a value, as in {@code must be from 1 to 10}; null for a value that can be used
 * @param allowed what can be written, for people
 */
record ValueType<T>(
        BiFunction<String, String, T> reader,
        Function<T, String> writer,
        Function<T, @Nullable String> problem,
        String allowed) {

    private static final Pattern ALPN = Pattern.compile("[!-~]{1,255}");
    private static final Pattern ENGINE = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    /** The same with another text for people. */
    ValueType<T> shownAs(String text) {
        return new ValueType<>(reader, writer, problem, text);
    }

    void check(String key, T value) {
        String wrong = problem.apply(value);
        if (wrong != null) {
            throw new ConfigException(key, writer.apply(value), wrong);
        }
    }

    static ValueType<Boolean> flag() {
        return any(ValueType::readFlag, Object::toString, "true, false");
    }

    private static Boolean readFlag(String key, String text) {
        return switch (lower(text)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new ConfigException(key, text, "must be true or false");
        };
    }

    static ValueType<Integer> count(int least, int most) {
        return range(ValueType::readInteger, Object::toString, least, most);
    }

    /** Any whole number. What its bounds are, other options say. */
    static ValueType<Integer> integer(String allowed) {
        return any(ValueType::readInteger, Object::toString, allowed);
    }

    private static Integer readInteger(String key, String text) {
        try {
            return Integer.valueOf(text);
        } catch (NumberFormatException e) {
            throw new ConfigException(key, text, "must be a whole number", e);
        }
    }

    static ValueType<Duration> duration(String least, String most) {
        return duration(Durations.parse("least", least), Durations.parse("most", most));
    }

    static ValueType<Duration> duration(Duration least, Duration most) {
        return range(Durations::parse, Durations::text, least, most);
    }

    /** The same durations, or zero. */
    static ValueType<Duration> durationOrZero(String least, String most) {
        ValueType<Duration> range = duration(least, most);
        return new ValueType<>(
                range.reader,
                range.writer,
                value -> value.isZero() || range.problem.apply(value) == null
                        ? null
                        : range.problem.apply(value) + ", or 0s",
                range.allowed + ", or 0s");
    }

    private static <T extends Comparable<T>> ValueType<T> range(
            BiFunction<String, String, T> reader, Function<T, String> writer, T least, T most) {
        String range = writer.apply(least) + " to " + writer.apply(most);
        return new ValueType<>(
                reader,
                writer,
                value -> value.compareTo(least) < 0 || value.compareTo(most) > 0 ? "must be from " + range : null,
                range);
    }

    static ValueType<String> alpn() {
        return matching(ALPN, "1 to 255 visible ASCII characters", "must be 1 to 255 visible ASCII characters");
    }

    static ValueType<String> engine() {
        return matching(ENGINE, "auto, kwik, netty", "must be the name of an engine, such as kwik");
    }

    private static ValueType<String> matching(Pattern pattern, String allowed, String problem) {
        return new ValueType<>(
                (key, text) -> text,
                Function.identity(),
                value -> pattern.matcher(value).matches() ? null : problem,
                allowed);
    }

    static ValueType<String> host() {
        return new ValueType<>(
                (key, text) -> text,
                Function.identity(),
                value -> Endpoint.isHost(value) ? null : "must be a host name or an IP address without a port",
                "name or IP address");
    }

    static ValueType<String> zone() {
        return matching(
                TargetAddress.ZONE,
                "1 to 63 letters, digits, '.', '-' or '_'",
                "must be 1 to 63 letters, digits, '.', '-' or '_'");
    }

    /** Any text. What is wrong with it comes to light where it is used. */
    static ValueType<String> text(String allowed) {
        return any((key, text) -> text, Function.identity(), allowed);
    }

    /** The constants of an enum by their names, in any case. */
    static <E extends Enum<E>> ValueType<E> choice(Class<E> type) {
        Map<String, E> constants = new LinkedHashMap<>();
        for (E each : type.getEnumConstants()) {
            constants.put(lower(each.name()), each);
        }
        String allowed = String.join(", ", constants.keySet());
        return any((key, text) -> constant(key, text, constants, allowed), each -> lower(each.name()), allowed);
    }

    private static <E> E constant(String key, String text, Map<String, E> constants, String allowed) {
        E constant = constants.get(lower(text.strip()));
        if (constant == null) {
            throw new ConfigException(key, text, "must be " + allowed.replaceFirst(", (?=[^,]*$)", " or "));
        }
        return constant;
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    static <T> ValueType<T> any(BiFunction<String, String, T> reader, Function<T, String> writer, String allowed) {
        return new ValueType<>(reader, writer, value -> null, allowed);
    }

    static <T> ValueType<List<T>> list(BiFunction<String, String, T> reader, String allowed) {
        return any(
                (key, text) -> Arrays.stream(text.split(",", -1))
                        .map(each -> reader.apply(key, each.strip()))
                        .toList(),
                values ->
                        String.join(", ", values.stream().map(Object::toString).toList()),
                allowed);
    }
}
