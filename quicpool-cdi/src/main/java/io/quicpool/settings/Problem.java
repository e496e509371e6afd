package io.quicpool.settings;

import org.jspecify.annotations.Nullable;

/**
 * Something in the configuration that cannot be used. Never contains a secret.
 *
 * @param what what it is about, such as the property as it was written and its value
 * @param source the configuration source that it is from; null when there is none
 * @param allowed what is allowed, or what is wrong
 */
public record Problem(String what, @Nullable String source, String allowed) {

    /**
     * Replaces control characters: a problem is one line wherever its texts are from.
     *
     * @param what what it is about
     * @param source the configuration source
     * @param allowed what is allowed
     */
    public Problem {
        what = Printable.line(what);
        source = source == null ? null : Printable.line(source);
        allowed = Printable.line(allowed);
    }

    /** One line for people. */
    @Override
    public String toString() {
        return what + (source == null ? "" : " (from " + source + ")") + ": " + allowed;
    }
}
