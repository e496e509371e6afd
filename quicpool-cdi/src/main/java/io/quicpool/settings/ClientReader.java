package io.quicpool.settings;

import static io.quicpool.config.PoolOptions.*;

import io.quicpool.config.CapacityBounds;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ClientPoolConfigBuilder;
import io.quicpool.config.IntervalBounds;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.PoolKind;
import io.quicpool.config.PoolOption;
import io.quicpool.config.TargetSpec;
import io.quicpool.config.TrustMaterial;
import java.util.List;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/** The properties of a client pool. */
final class ClientReader extends PoolReader<ClientPoolConfig> {

    private static final String SERVER = "server:";
    // Stands for a target that was reported, or that is known only when the server pool is open, so that the rest is
    // checked.
    private static final String NO_TARGET = "localhost:1";

    private final List<String> servers;

    ClientReader(Config config, PropertyNames names, String name, List<Problem> problems, List<String> servers) {
        super(config, names, PoolKind.CLIENT, name, problems);
        this.servers = servers;
    }

    // If a port follows, "server" is the name of a host.
    @Override
    @Nullable String follows() {
        String target = text(TARGET);
        if (target == null || !target.startsWith(SERVER)) {
            return null;
        }
        String server = target.substring(SERVER.length());
        return server.isEmpty() || server.indexOf(',') >= 0 || server.chars().allMatch(c -> c >= '0' && c <= '9')
                ? null
                : server;
    }

    private void target(ClientPoolConfigBuilder builder) {
        String server = follows();
        if (server != null && !servers.contains(server)) {
            throw new Refused(
                    TARGET,
                    SERVER + server,
                    "there is no server pool \"" + server + "\" in this application"
                            + (servers.isEmpty() ? "" : ": " + PoolKind.SERVER.list(servers))
                            + "; the target must be server:NAME or HOST:PORT");
        }
        if (server != null || isLeftOut(TARGET)) {
            builder.target(NO_TARGET);
            return;
        }
        TargetSpec target = value(TARGET);
        if (target == null) {
            throw new Refused(
                    TARGET, NOT_SET, "must be HOST:PORT, such as orders:4433, or several, separated by commas");
        }
        builder.option(TARGET, target);
    }

    @Override
    ClientPoolConfig build() {
        ClientPoolConfigBuilder builder = ClientPoolConfig.builder().name(usableName());
        target(builder);
        replaceReportedBounds(builder);
        setOptions(builder);
        TlsFiles files = new TlsFiles(this);
        TrustMaterial trust = files.trust();
        if (trust != null) {
            builder.trust(trust);
        }
        KeyMaterial key = files.key();
        if (key != null) {
            builder.clientCertificate(key);
        }
        return builder.build();
    }

    @Override
    boolean needsReported(PoolOption<?> option) {
        return option == FINGERPRINT && isLeftOut(TLS_MODE);
    }

    // The default of a reported bound could conflict with the other bound, which is right.
    private void replaceReportedBounds(ClientPoolConfigBuilder builder) {
        if (isLeftOut(MIN_CAPACITY)) {
            builder.minCapacity(1);
        }
        if (isLeftOut(MAX_CAPACITY)) {
            builder.maxCapacity(CapacityBounds.LIMIT);
        }
        if (isLeftOut(MIN_INTERVAL)) {
            builder.minInterval(IntervalBounds.MIN_INTERVAL);
        }
        if (isLeftOut(MAX_INTERVAL)) {
            builder.maxInterval(IntervalBounds.MAX_INTERVAL);
        }
    }
}
