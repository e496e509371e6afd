package io.quicpool.config;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An option of a pool. {@link PoolOptions} has all of them, and alone changes them, before anybody else has one.
 *
 * @param <T> the type of its values
 */
public final class PoolOption<T> {

    /** What uses the value of an option. Later versions may add values. */
    public enum Use {
        /** The pool: it is part of its settings. */
        POOL,
        /** The component that opens and closes the pool. Only a property sets it. */
        COMPONENT,
        /** It names a file of keys or certificates, or says how to read one. Only a property sets it. */
        FILES
    }

    private final String key;
    private final Set<PoolKind> kinds;
    private final ValueType<T> type;
    private final Map<PoolKind, T> defaults = new EnumMap<>(PoolKind.class);
    private String defaultText = "(required)";
    private String meaning = "";
    private Use use = Use.POOL;
    private boolean forAllPools;
    private boolean changeable;
    private boolean secret;

    PoolOption(Set<PoolKind> kinds, String key, ValueType<T> type) {
        this.kinds = kinds;
        this.key = key;
        this.type = type;
    }

    /**
     * The last part of its property.
     *
     * @return such as {@code min-capacity}
     */
    public String key() {
        return key;
    }

    public boolean isOf(PoolKind kind) {
        return kinds.contains(kind);
    }

    public Use use() {
        return use;
    }

    /**
     * The allowed values.
     *
     * @return a text for people
     */
    public String allowed() {
        return type.allowed();
    }

    /**
     * The default.
     *
     * @return a text for people
     */
    public String defaultText() {
        return defaultText;
    }

    /** The default of pools of a kind; null when there is none. */
    public @Nullable T defaultOf(PoolKind kind) {
        return defaults.get(kind);
    }

    /**
     * The description.
     *
     * @return a text for people
     */
    public String meaning() {
        return forAllPools ? meaning + " quicpool." + key + " sets it for all pools of both kinds." : meaning;
    }

    /** Whether {@code quicpool.KEY} sets it for all pools of both kinds that do not set their own. */
    public boolean isForAllPools() {
        return forAllPools;
    }

    /** Whether it can be changed while the pool is open. */
    public boolean isChangeable() {
        return changeable;
    }

    /** Whether its value must never be shown. */
    public boolean isSecret() {
        return secret;
    }

    /**
     * Reads a value as it is written in properties. {@link #check} checks its range.
     *
     * @throws ConfigException when the text has another form
     */
    public T parse(String text) {
        return type.reader().apply(key, text);
    }

    /**
     * Checks a value. Settings also check that the values of several options fit together.
     *
     * @throws ConfigException when it is out of range
     */
    public void check(T value) {
        type.check(key, value);
    }

    @Override
    public String toString() {
        return key;
    }

    // ---- for the table

    PoolOption<T> orElse(String text) {
        return orElse(parse(text), text);
    }

    PoolOption<T> orElse(T value, String text) {
        kinds.forEach(kind -> defaults.put(kind, value));
        return orNone(text);
    }

    PoolOption<T> orElseByKind(String client, String server) {
        defaults.put(PoolKind.CLIENT, parse(client));
        defaults.put(PoolKind.SERVER, parse(server));
        return orNone(client + " (client), " + server + " (server)");
    }

    /** No default value, and what that means. */
    PoolOption<T> orNone(String text) {
        defaultText = text;
        return this;
    }

    PoolOption<T> usedBy(Use user) {
        use = user;
        return this;
    }

    PoolOption<T> forAllPools() {
        forAllPools = true;
        return this;
    }

    PoolOption<T> changeable() {
        changeable = true;
        return this;
    }

    PoolOption<T> secret() {
        secret = true;
        return this;
    }

    PoolOption<T> meaning(String text) {
        meaning = text;
        return this;
    }
}
