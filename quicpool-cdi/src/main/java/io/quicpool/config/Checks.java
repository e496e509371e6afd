package io.quicpool.config;

import java.time.Duration;
import java.util.regex.Pattern;

/** The checks that several settings share. */
final class Checks {

    private static final Pattern NAME = Pattern.compile("[^\\p{Cc}\\p{Zl}\\p{Zp}\"*?]{1,64}");
    private static final Pattern ALPN = Pattern.compile("[!-~]{1,255}");
    private static final Pattern TRANSPORT = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    private Checks() {}

    static int range(String property, int value, int least, int most) {
        if (value < least || value > most) {
            throw new ConfigException(property, value, "must be from " + least + " to " + most);
        }
        return value;
    }

    static Duration range(String property, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new ConfigException(
                    property,
                    Durations.text(value),
                    "must be from " + Durations.text(least) + " to " + Durations.text(most));
        }
        return value;
    }

    // A name becomes part of log lines, thread names and the JMX name of the pool.
    static String name(String name) {
        if (name.isBlank() || !NAME.matcher(name).matches()) {
            throw new ConfigException(
                    "name", name, "must be 1 to 64 characters without quotes, '*', '?' and control characters");
        }
        return name;
    }

    static String alpn(String alpn) {
        if (!ALPN.matcher(alpn).matches()) {
            throw new ConfigException("alpn", alpn, "must be 1 to 255 visible ASCII characters");
        }
        return alpn;
    }

    static String transport(String transport) {
        if (!TRANSPORT.matcher(transport).matches()) {
            throw new ConfigException("transport", transport, "must be the name of an engine, such as kwik");
        }
        return transport;
    }
}
