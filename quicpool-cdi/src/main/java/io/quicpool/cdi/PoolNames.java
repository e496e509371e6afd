package io.quicpool.cdi;

import io.quicpool.config.PoolKind;
import io.quicpool.settings.PoolSettings;
import io.quicpool.settings.Settings;
import io.quicpool.settings.SettingsReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The names of the configured pools. */
final class PoolNames {

    private final List<String> clients;
    private final List<String> servers;
    private final Settings settings;

    PoolNames(Settings settings) {
        this.settings = settings;
        this.clients = settings.clients().stream().map(PoolSettings::name).toList();
        this.servers = settings.servers().stream().map(PoolSettings::name).toList();
    }

    private List<String> of(PoolKind kind) {
        return kind == PoolKind.CLIENT ? clients : servers;
    }

    /** Finds a pool: by its name; for the empty name, the only pool or {@code default}; null when there is none. */
    @Nullable String resolve(PoolKind kind, String name) {
        List<String> names = of(kind);
        if (!name.isEmpty()) {
            return names.contains(name) ? name : null;
        }
        return only(names);
    }

    /** The pool for the empty name; null when there is none, or more than one and none is {@code default}. */
    static @Nullable String only(List<String> names) {
        if (names.size() == 1) {
            return names.get(0);
        }
        return names.contains(SettingsReader.DEFAULT_NAME) ? SettingsReader.DEFAULT_NAME : null;
    }

    /** Whether its settings have problems, which are reported elsewhere. */
    boolean isBroken(PoolKind kind, String name) {
        return name.isEmpty() ? !settings.broken().isEmpty() : settings.broken().contains(kind.pool(name));
    }

    /** Why there is no such pool, and what helps. */
    String missing(PoolKind kind, String name) {
        String pool = kind.text() + " pool";
        if (settings.disabled().contains(kind.pool(name))) {
            return "the " + pool + " \"" + name + "\" is switched off; set " + kind.property(name, "enabled")
                    + " = true";
        }
        List<String> there = of(kind);
        String exist = kind.list(there);
        if (name.isEmpty()) {
            return there.isEmpty()
                    ? exist + "; set " + kind.property(SettingsReader.DEFAULT_NAME, kind.requiredKey())
                    : "which one is meant? " + exist + ", and none has the name default; write the name in @QuicPool";
        }
        return "there is no " + pool + " \"" + name + "\": " + exist + "; set "
                + kind.property(name, kind.requiredKey());
    }
}
