package io.quicpool.config;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The two kinds of pools, as properties, messages and health data name them. Later versions may add values. */
public enum PoolKind {
    /** A {@link io.quicpool.ClientPool}. */
    CLIENT,
    /** A {@link io.quicpool.ServerPool}. */
    SERVER;

    /**
     * The kind as it is written in properties.
     *
     * @return {@code client} or {@code server}
     */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * How messages name a pool of this kind.
     *
     * @param pool its name
     * @return such as {@code client "orders"}
     */
    public String pool(String pool) {
        return text() + " \"" + pool + "\"";
    }

    /**
     * What all properties of this kind begin with.
     *
     * @return such as {@code quicpool.client.}
     */
    public String prefix() {
        return "quicpool." + text() + ".";
    }

    /**
     * The property of one pool.
     *
     * @param pool its name
     * @param key the last part of the property
     * @return such as {@code quicpool.client."orders".target}
     */
    public String property(String pool, String key) {
        return prefix() + "\"" + pool + "\"." + key;
    }

    /**
     * Which pools of this kind there are, for messages.
     *
     * @param pools their names
     * @return such as {@code the client pools are "orders", "stock"}
     */
    public String list(List<String> pools) {
        if (pools.isEmpty()) {
            return "there are no " + text() + " pools";
        }
        return pools.size() == 1
                ? "the only " + text() + " pool is \"" + pools.get(0) + "\""
                : "the " + text() + " pools are \"" + String.join("\", \"", pools) + "\"";
    }

    /** The required option of this kind. */
    public PoolOption<?> required() {
        return this == CLIENT ? PoolOptions.TARGET : PoolOptions.LISTEN;
    }

    /**
     * The last part of the required property of this kind.
     *
     * @return {@code target} or {@code listen}
     */
    public String requiredKey() {
        return required().key();
    }

    /** The options of this kind, in the order of the table. */
    public List<PoolOption<?>> options() {
        return PoolOptions.all().stream().filter(option -> option.isOf(this)).toList();
    }

    /** The option with this key; null when pools of this kind have none. */
    public @Nullable PoolOption<?> option(String key) {
        for (PoolOption<?> option : PoolOptions.all()) {
            if (option.isOf(this) && option.key().equals(key)) {
                return option;
            }
        }
        return null;
    }
}
