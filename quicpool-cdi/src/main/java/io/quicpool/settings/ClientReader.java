package io.quicpool.settings;

import static io.quicpool.settings.PoolProperty.*;

import io.quicpool.config.CapacityBounds;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ClientPoolConfigBuilder;
import io.quicpool.config.CongestionControl;
import io.quicpool.config.Durations;
import io.quicpool.config.Fingerprint;
import io.quicpool.config.IntervalBounds;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.TlsMode;
import io.quicpool.config.TrustMaterial;
import java.util.List;
import org.eclipse.microprofile.config.Config;

/** The properties of a client pool. */
final class ClientReader extends PoolReader<ClientPoolConfig> {

    ClientReader(Config config, PropertyNames names, String name, List<Problem> problems) {
        super(config, names, PoolKind.CLIENT, name, problems);
    }

    @Override
    ClientPoolConfig build() {
        ClientPoolConfigBuilder builder = ClientPoolConfig.builder().name(usableName());
        if (isLeftOut(TARGET)) {
            builder.target("localhost:1"); // reported: only for the sake of what else is wrong
        } else if (!has(TARGET)) {
            throw new Refused(
                    TARGET, NOT_SET, "must be HOST:PORT, such as orders:4433, or several, separated by commas");
        }
        outOfTheWay(builder);
        ifSet(TARGET, (key, text) -> text, builder::target);
        ifSet(MIN_CAPACITY, PoolReader::integer, builder::minCapacity);
        ifSet(MAX_CAPACITY, PoolReader::integer, builder::maxCapacity);
        ifSet(MIN_INTERVAL, Durations::parse, builder::minInterval);
        ifSet(MAX_INTERVAL, Durations::parse, builder::maxInterval);
        ifSet(KEEP_ALIVE, Durations::parse, builder::keepAlive);
        ifSet(CONNECT_TIMEOUT, Durations::parse, builder::connectTimeout);
        ifSet(MAX_WAITING, PoolReader::integer, builder::maxWaiting);
        ifSet(ID_TIMEOUT, Durations::parse, builder::idTimeout);
        ifSet(READ_TIMEOUT, Durations::parse, builder::readTimeout);
        ifSet(WRITE_TIMEOUT, Durations::parse, builder::writeTimeout);
        ifSet(TLS_MODE, (key, text) -> TlsMode.parse(text), builder::tlsMode);
        ifSet(HOSTNAME, (key, text) -> text, builder::hostname);
        ifSet(FINGERPRINT, Fingerprint::parse, fingerprint -> {
            if (!isLeftOut(TLS_MODE)) {
                builder.fingerprint(fingerprint);
            }
        });
        ifSet(STREAMS_PER_CONNECTION, PoolReader::integer, builder::streamsPerConnection);
        ifSet(CONGESTION_CONTROL, (key, text) -> CongestionControl.parse(text), builder::congestionControl);
        ifSet(ALPN, (key, text) -> text, builder::alpn);
        ifSet(TRANSPORT, (key, text) -> text, builder::transport);
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

    // A default in place of what was reported would be compared with what is set, and refuse that.
    private void outOfTheWay(ClientPoolConfigBuilder builder) {
        if (isLeftOut(MIN_CAPACITY)) {
            builder.minCapacity(1);
        }
        if (isLeftOut(MAX_CAPACITY)) {
            builder.maxCapacity(CapacityBounds.LIMIT);
        }
        if (isLeftOut(MIN_INTERVAL)) {
            builder.minInterval(IntervalBounds.SHORTEST);
        }
        if (isLeftOut(MAX_INTERVAL)) {
            builder.maxInterval(IntervalBounds.LONGEST);
        }
    }
}
