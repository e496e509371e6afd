package io.quicpool.settings;

import io.quicpool.config.Printable;
import org.jspecify.annotations.Nullable;

/**
 * Something in the configuration that cannot be used. Never contains a secret.
 *
 * @param what the subject, such as the property as it was written and its value
 * @param source its configuration source; null when there is none
 * @param allowed what is allowed, or what is wrong
 */
public record Problem(String what, @Nullable String source, String allowed) {

    private static final int SHOWN = 200;

    /** Replaces control characters, so that a problem is always one line. */
    public Problem {
        what = Printable.line(what);
        source = source == null ? null : Printable.line(source);
        allowed = Printable.line(allowed);
    }

    /** Text of the configuration, shortened for a message. */
    static String shown(String text) {
        return Printable.of(text, SHOWN);
    }

    /** One line for people. */
    @Override
    public String toString() {
        return what + (source == null ? "" : " (from " + source + ")") + ": " + allowed;
    }
}
