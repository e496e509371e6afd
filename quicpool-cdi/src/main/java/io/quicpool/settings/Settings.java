package io.quicpool.settings;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ServerPoolConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All pools of the configuration, and its problems. {@link SettingsReader} makes it. */
public final class Settings {

    private final @Nullable String application;
    private final List<PoolSettings<ClientPoolConfig>> clients;
    private final List<PoolSettings<ServerPoolConfig>> servers;
    private final List<String> disabled;
    private final List<String> broken;
    private final List<Problem> problems;

    Settings(
            @Nullable String application,
            List<PoolSettings<ClientPoolConfig>> clients,
            List<PoolSettings<ServerPoolConfig>> servers,
            List<String> disabled,
            List<String> broken,
            List<Problem> problems) {
        this.application = application;
        this.clients = List.copyOf(clients);
        this.servers = List.copyOf(servers);
        this.disabled = List.copyOf(disabled);
        this.broken = List.copyOf(broken);
        this.problems = List.copyOf(problems);
    }

    /** The name of the application in JMX; null when it is not configured. */
    public @Nullable String application() {
        return application;
    }

    /** The client pools that are enabled and usable. */
    public List<PoolSettings<ClientPoolConfig>> clients() {
        return clients;
    }

    /** The server pools that are enabled and usable. */
    public List<PoolSettings<ServerPoolConfig>> servers() {
        return servers;
    }

    /** The pools that are switched off, such as {@code client "orders"}. */
    public List<String> disabled() {
        return disabled;
    }

    /** The pools that have problems, in the same form as {@link #disabled}. */
    public List<String> broken() {
        return broken;
    }

    /** The problems. If there is one, no pool may be opened. */
    public List<Problem> problems() {
        return problems;
    }

    /** All of it, for tests and debugging. */
    @Override
    public String toString() {
        return "Settings[application=" + application + ", clients=" + clients + ", servers=" + servers + ", disabled="
                + disabled + ", broken=" + broken + ", problems=" + problems + "]";
    }
}
