package io.quicpool.settings;

import static io.quicpool.config.PoolOptions.*;

import io.quicpool.config.ConfigException;
import io.quicpool.config.Endpoint;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.PoolKind;
import io.quicpool.config.PoolOption;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.ServerPoolConfigBuilder;
import io.quicpool.config.TrustMaterial;
import java.util.List;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/** The properties of a server pool. */
final class ServerReader extends PoolReader<ServerPoolConfig> {

    private final TlsFiles files = new TlsFiles(this);

    ServerReader(Config config, PropertyNames names, String name, List<Problem> problems) {
        super(config, names, PoolKind.SERVER, name, problems);
    }

    @Override
    @Nullable ServerPoolConfig build() {
        ServerPoolConfigBuilder builder = ServerPoolConfig.builder().name(usableName());
        Endpoint listen = value(LISTEN);
        if (listen != null) {
            builder.listen(listen);
        } else if (isLeftOut(LISTEN)) {
            builder.listen("localhost:0"); // was reported; stands for it so that the rest is checked
        } else {
            throw new Refused(LISTEN, NOT_SET, "must be HOST:PORT, such as 0.0.0.0:4433");
        }
        // The default of a reported capacity could conflict with another setting, which is right.
        if (isLeftOut(MAX_CAPACITY)) {
            builder.maxCapacity(1);
        }
        setOptions(builder);
        TrustMaterial trust = files.trust();
        if (trust != null && !isLeftOut(CLIENT_AUTH)) {
            builder.clientTrust(trust);
        }
        KeyMaterial key = files.key();
        if (key != null) {
            builder.certificate(key);
        }
        try {
            return builder.build();
        } catch (ConfigException e) {
            if (files.isKeyLeftOut() && e.property().equals(CERTIFICATE.key())) {
                return null; // the reason was reported
            }
            throw e;
        }
    }

    // The two need each other. If one was reported, the other is not.
    @Override
    boolean needsReported(PoolOption<?> option) {
        return option == CLIENT_AUTH && files.isTrustLeftOut();
    }
}
