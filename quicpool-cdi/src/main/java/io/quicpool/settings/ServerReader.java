package io.quicpool.settings;

import static io.quicpool.config.PoolOptions.*;

import io.quicpool.config.ClientAuth;
import io.quicpool.config.ConfigException;
import io.quicpool.config.CongestionControl;
import io.quicpool.config.Durations;
import io.quicpool.config.HandlerExecutor;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.PoolKind;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.ServerPoolConfigBuilder;
import io.quicpool.config.TrustMaterial;
import java.util.List;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/** The properties of a server pool. */
final class ServerReader extends PoolReader<ServerPoolConfig> {

    ServerReader(Config config, PropertyNames names, String name, List<Problem> problems) {
        super(config, names, PoolKind.SERVER, name, problems);
    }

    @Override
    @Nullable ServerPoolConfig build() {
        ServerPoolConfigBuilder builder = ServerPoolConfig.builder().name(usableName());
        if (isLeftOut(LISTEN)) {
            builder.listen("localhost:0"); // was reported; stands for it so that the rest is checked
        } else if (!has(LISTEN)) {
            throw new Refused(LISTEN, NOT_SET, "must be HOST:PORT, such as 0.0.0.0:4433");
        }
        // The default of a reported capacity could conflict with another setting, which is right.
        if (isLeftOut(MAX_CAPACITY)) {
            builder.maxCapacity(1);
        }
        ifSet(LISTEN, (key, text) -> text, builder::listen);
        ifSet(MAX_CAPACITY, PoolReader::integer, builder::maxCapacity);
        ifSet(MAX_WAITING, PoolReader::integer, builder::maxWaiting);
        ifSet(CLIENT_IP, PoolReader::list, ranges -> ranges.forEach(builder::allowClient));
        ifSet(KEEP_ALIVE, Durations::parse, builder::keepAlive);
        ifSet(HELLO_TIMEOUT, Durations::parse, builder::helloTimeout);
        ifSet(MAX_STREAMS_PER_CONNECTION, PoolReader::integer, builder::maxStreamsPerConnection);
        ifSet(MAX_CONNECTIONS, PoolReader::integer, builder::maxConnections);
        ifSet(MAX_PENDING_HELLOS, PoolReader::integer, builder::maxPendingHellos);
        ifSet(MAX_PENDING_HANDSHAKES, PoolReader::integer, builder::maxPendingHandshakes);
        ifSet(MAX_HANDLERS, PoolReader::integer, builder::maxHandlers);
        ifSet(HANDLER_QUEUE, PoolReader::integer, builder::handlerQueue);
        ifSet(HANDLER_EXECUTOR, (key, text) -> HandlerExecutor.parse(text), builder::handlerExecutor);
        ifSet(READ_TIMEOUT, Durations::parse, builder::readTimeout);
        ifSet(WRITE_TIMEOUT, Durations::parse, builder::writeTimeout);
        ifSet(ADDRESS_VALIDATION, PoolReader::bool, builder::addressValidation);
        ifSet(CONGESTION_CONTROL, (key, text) -> CongestionControl.parse(text), builder::congestionControl);
        ifSet(ALPN, (key, text) -> text, builder::alpn);
        ifSet(TRANSPORT, (key, text) -> text, builder::transport);
        TlsFiles files = new TlsFiles(this);
        clients(builder, files);
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
    private void clients(ServerPoolConfigBuilder builder, TlsFiles files) {
        TrustMaterial trust = files.trust();
        if (!isLeftOut(CLIENT_AUTH) && !files.isTrustLeftOut()) {
            ifSet(CLIENT_AUTH, (key, text) -> ClientAuth.parse(text), builder::clientAuth);
            if (trust != null) {
                builder.clientTrust(trust);
            }
        }
    }
}
