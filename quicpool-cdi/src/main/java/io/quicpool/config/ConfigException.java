package io.quicpool.config;

import org.jspecify.annotations.Nullable;

/** A setting cannot be used; says which, what it was and what is allowed. Never contains a secret. */
public final class ConfigException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String property;
    private final String value;
    private final String allowed;

    /**
     * Makes an exception with the message {@code PROPERTY = VALUE: ALLOWED}.
     *
     * @param property the setting in kebab-case, such as {@code min-capacity}
     * @param value what was given; null when nothing was
     * @param allowed what is allowed, or what is wrong
     */
    public ConfigException(String property, @Nullable Object value, String allowed) {
        this(property, value, allowed, null);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param property the setting in kebab-case, such as {@code min-capacity}
     * @param value what was given; null when nothing was
     * @param allowed what is allowed, or what is wrong
     * @param cause why it cannot be used
     */
    public ConfigException(String property, @Nullable Object value, String allowed, @Nullable Throwable cause) {
        super(property + " = " + (value == null ? "(not set)" : value) + ": " + allowed, cause);
        this.property = property;
        this.value = String.valueOf(value);
        this.allowed = allowed;
    }

    /**
     * The setting.
     *
     * @return its name in kebab-case
     */
    public String property() {
        return property;
    }

    /**
     * What was given.
     *
     * @return the value as text
     */
    public String value() {
        return value;
    }

    /**
     * What is allowed.
     *
     * @return a text for people
     */
    public String allowed() {
        return allowed;
    }
}
