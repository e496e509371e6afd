package io.quicpool.settings;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ServerPoolConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All pools of the configuration, and its problems.
 *
 * @param application the name of the application in JMX; null when it is not configured
 * @param clients the client pools that are enabled and usable
 * @param servers the server pools that are enabled and usable
 * @param disabled the pools that are switched off, such as {@code client "orders"}
 * @param broken the pools that have problems, in the same form
 * @param problems the problems; if there is one, no pool may be opened
 */
public record Settings(
        @Nullable String application,
        List<PoolSettings<ClientPoolConfig>> clients,
        List<PoolSettings<ServerPoolConfig>> servers,
        List<String> disabled,
        List<String> broken,
        List<Problem> problems) {

    /** Keeps unmodifiable copies. */
    public Settings {
        clients = List.copyOf(clients);
        servers = List.copyOf(servers);
        disabled = List.copyOf(disabled);
        broken = List.copyOf(broken);
        problems = List.copyOf(problems);
    }
}
