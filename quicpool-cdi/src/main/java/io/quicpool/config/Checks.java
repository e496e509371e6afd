package io.quicpool.config;

import java.time.Duration;
import java.util.regex.Pattern;

/** The checks that several settings share, and how texts are written in messages. */
final class Checks {

    private static final Pattern NAME = Pattern.compile("[^\\p{Cc}\\p{Zl}\\p{Zp}\"*?]{1,64}");
    // What would begin a new line or move the cursor where the text is shown.
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");
    private static final int SHOWN = 1000;
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

    /** What was given, fit for one line of a message. */
    static String printable(String text) {
        String start = text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
        return CONTROL.matcher(start).replaceAll("?");
    }
}
