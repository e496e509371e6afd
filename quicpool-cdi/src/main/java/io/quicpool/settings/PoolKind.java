package io.quicpool.settings;

import java.util.Locale;

/** The two kinds of pools, as properties, messages and health data name them. */
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
     * The last part of the property without which there is no pool of this kind.
     *
     * @return {@code target} or {@code listen}
     */
    public String requiredKey() {
        return required().key();
    }

    /** What all properties of this kind begin with. */
    String prefix() {
        return "quicpool." + text() + ".";
    }

    /** Without which there is no pool of this kind. */
    PoolProperty required() {
        return this == CLIENT ? PoolProperty.TARGET : PoolProperty.LISTEN;
    }
}
