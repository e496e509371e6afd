package io.quicpool.settings;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ConfigException;
import io.quicpool.config.PoolConfig;
import io.quicpool.config.PoolKind;
import io.quicpool.config.ServerPoolConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/** Reads all pools from MicroProfile Config. */
public final class SettingsReader {

    /** The name of a pool that has no properties with a name. */
    public static final String DEFAULT_NAME = "default";

    private final Config config;
    private final PropertyNames names;
    private final List<Problem> problems = new ArrayList<>();
    private final List<String> disabled = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private final List<String> servers;

    private SettingsReader(Config config) {
        this.config = config;
        this.names = new PropertyNames(config);
        this.servers = enabled(PoolKind.SERVER, this::server);
    }

    /**
     * Reads all pools, with their key and trust stores. Opens nothing else.
     *
     * @return the pools, and all problems of all of them
     */
    public static Settings read(Config config) {
        return read(config, client -> {}, server -> {});
    }

    /**
     * Reads all pools like {@link #read(Config)}, and checks the settings with the engines.
     *
     * @param client throws a {@link ConfigException} for a client pool that its engine cannot open
     * @param server the same for a server pool
     * @return the pools, and all problems of all of them
     */
    public static Settings read(Config config, Consumer<ClientPoolConfig> client, Consumer<ServerPoolConfig> server) {
        return new SettingsReader(config).read(client, server);
    }

    /**
     * The names of the pools that are not switched off, whether or not their settings can be used.
     *
     * @return the names by kind, in order
     */
    public static Map<PoolKind, List<String>> names(Config config) {
        SettingsReader reader = new SettingsReader(config);
        return Map.of(
                PoolKind.CLIENT, reader.enabled(PoolKind.CLIENT, reader::client), PoolKind.SERVER, reader.servers);
    }

    /**
     * Environment variables that are ignored because they look like mistyped properties.
     *
     * @return one for each; they do not prevent the start
     */
    public static List<Problem> warnings(Config config) {
        return new UnknownVariables(new PropertyNames(config)).find();
    }

    private List<String> enabled(PoolKind kind, Function<String, PoolReader<?>> reader) {
        return pools(kind).stream().filter(name -> reader.apply(name).enabled()).toList();
    }

    private Settings read(Consumer<ClientPoolConfig> checkClient, Consumer<ServerPoolConfig> checkServer) {
        names.unknown()
                .forEach((property, nearest) -> problems.add(new Problem(
                        Problem.shown(property),
                        sourceOf(property),
                        "there is no such property"
                                + (nearest == null ? "" : "; did you mean " + Problem.shown(nearest) + "?"))));
        List<PoolSettings<ClientPoolConfig>> clients = new ArrayList<>();
        for (String name : pools(PoolKind.CLIENT)) {
            read(client(name), checkClient, clients);
        }
        List<PoolSettings<ServerPoolConfig>> servers = new ArrayList<>();
        for (String name : pools(PoolKind.SERVER)) {
            read(server(name), checkServer, servers);
        }
        String application = application();
        // A problem of a property for all pools was found once for each pool.
        List<Problem> each = problems.stream().distinct().toList();
        return new Settings(application, clients, servers, disabled, broken, each);
    }

    private @Nullable String sourceOf(String property) {
        PropertyValue found = PropertyValue.in(config, property);
        return found == null ? null : found.source();
    }

    private @Nullable String application() {
        PropertyValue found = PropertyValue.in(config, PropertyNames.APPLICATION);
        if (found == null) {
            return null;
        }
        if (found.value() == null) {
            String written = names.asWritten(found.key(), found.source());
            problems.add(new Problem(written + " = " + PropertyValue.UNKNOWN, found.source(), PropertyValue.NO_VALUE));
            return null;
        }
        String application = found.value().strip();
        return application.isEmpty() ? null : application;
    }

    private ClientReader client(String name) {
        return new ClientReader(config, names, name, problems, servers);
    }

    private ServerReader server(String name) {
        return new ServerReader(config, names, name, problems);
    }

    // A single pool needs no name: it can be configured by the properties without a name.
    private Set<String> pools(PoolKind kind) {
        Set<String> named = names.pools(kind);
        PropertyValue required =
                PropertyValue.in(config, kind.prefix() + kind.required().key());
        boolean unnamed = named.isEmpty() && required != null && !required.isEmpty();
        return unnamed ? Set.of(DEFAULT_NAME) : named;
    }

    private <C extends PoolConfig> void read(PoolReader<C> reader, Consumer<C> check, List<PoolSettings<C>> into) {
        String pool = reader.kind.pool(reader.name);
        if (!reader.enabled()) {
            disabled.add(pool);
            return;
        }
        PoolSettings<C> settings = reader.read(check);
        if (settings == null) {
            broken.add(pool);
        } else {
            into.add(settings);
        }
    }
}
