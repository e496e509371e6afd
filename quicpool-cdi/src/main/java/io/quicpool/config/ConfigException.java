package io.quicpool.config;

import org.jspecify.annotations.Nullable;

/** A setting cannot be used. The message has the setting, its value and what is allowed. It never contains a secret. */
public final class ConfigException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;
    private static final int SHOWN = 1000;

    /** The setting in kebab-case. */
    private final String property;

    /** The value, on one line. */
    private final String value;

    /** What is allowed, or what is wrong. */
    private final String allowed;

    /**
     * Makes an exception with the message {@code PROPERTY = VALUE: ALLOWED}. An exception of a builder's {@code build} begins with
     * {@code KIND NAME: }.
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
        // The reason may quote a file.
        this(
                "",
                property,
                value == null ? "(not set)" : Printable.of(value.toString(), SHOWN),
                Printable.of(allowed, SHOWN),
                cause);
    }

    private ConfigException(String prefix, String property, String value, String allowed, @Nullable Throwable cause) {
        super(prefix + property + " = " + value + ": " + allowed, cause);
        this.property = property;
        this.value = value;
        this.allowed = allowed;
    }

    /** The same exception with the label of the pool, unless the name of the pool is the problem: that cannot be shown. */
    public ConfigException inPool(PoolLabel pool) {
        return property.equals("name") ? this : new ConfigException(pool + ": ", property, value, allowed, getCause());
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
     * The value.
     *
     * @return as text, control characters replaced; {@code (not set)} when there was none
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
