package io.quicpool.it.peer;

import io.quicpool.ClientPool;
import io.quicpool.QuicPools;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ClientPoolConfigBuilder;
import io.quicpool.config.ConfigException;
import io.quicpool.config.CongestionControl;
import io.quicpool.config.TrustMaterial;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A client pool. */
@Command(
        name = "client",
        mixinStandardHelpOptions = true,
        description = "A client pool; prints ready once it is. It keeps trying to connect.")
final class ClientCommand implements Callable<Integer> {

    @Option(names = "--target", paramLabel = "H:P", required = true, description = "the server")
    String target = "";

    @Option(names = "--name", description = "name of the pool")
    @Nullable String name;

    @Option(names = "--hostname", description = "the name to verify, and to send (SNI); default: the target's host")
    @Nullable String hostname;

    @Option(
            names = "--tls-mode",
            paramLabel = "MODE",
            description = "0, 1, 2 or insecure, self-signed, verified (default)")
    @Nullable String tlsMode;

    @Option(names = "--fingerprint", paramLabel = "HEX", description = "SHA-256 of the certificate, for tls-mode 1")
    @Nullable String fingerprint;

    @Option(names = "--trust-store", paramLabel = "FILE", description = "key store of issuers, for tls-mode 2")
    @Nullable Path trustStore;

    @Option(names = "--trust-store-type", paramLabel = "TYPE", description = "PKCS12 (default) or JKS")
    @Nullable String trustStoreType;

    @Option(
            names = "--trust-store-password",
            paramLabel = "PASSWORD",
            interactive = true,
            arity = "0..1",
            description = "its password; asked for when no value is given; default: $$QUICPOOL_TRUST_STORE_PASSWORD")
    char @Nullable [] trustStorePassword;

    @Option(names = "--trust-pem", paramLabel = "FILE", description = "issuers as PEM, instead of a trust store")
    @Nullable Path trustPem;

    @Option(names = "--min-capacity", paramLabel = "N", description = "idle streams at least")
    @Nullable Integer minCapacity;

    @Option(names = "--max-capacity", paramLabel = "N", description = "idle streams at most")
    @Nullable Integer maxCapacity;

    @Option(names = "--min-interval", description = "shortest time between two size checks")
    @Nullable Duration minInterval;

    @Option(names = "--max-interval", description = "longest time between two size checks")
    @Nullable Duration maxInterval;

    @Option(names = "--keep-alive", description = "a third of the idle time-out")
    @Nullable Duration keepAlive;

    @Option(names = "--connect-timeout", description = "how long one attempt may take")
    @Nullable Duration connectTimeout;

    @Option(names = "--id-timeout", description = "how long a stream may wait for its id")
    @Nullable Duration idTimeout;

    @Option(names = "--alpn", description = "application protocol")
    @Nullable String alpn;

    @Option(names = "--transport", paramLabel = "ENGINE", description = "QUIC engine: kwik (default) or netty")
    @Nullable String transport;

    @Option(names = "--congestion-control", description = "cubic, reno or bbr, where the engine can choose")
    @Nullable String congestionControl;

    @Option(
            names = "--streams-per-connection",
            paramLabel = "N",
            description = "how many streams a connection carries before there is another; 0: what the engine does best")
    @Nullable Integer streamsPerConnection;

    @Mixin
    KeyOptions keys = new KeyOptions();

    @Override
    public Integer call() {
        try (ClientPool pool = QuicPools.open(config())) {
            return new Session(pool, new Console()).run();
        }
    }

    private ClientPoolConfig config() {
        ClientPoolConfigBuilder builder = ClientPoolConfig.builder().target(target);
        Given.set(name, builder::name);
        Given.set(hostname, builder::hostname);
        Given.set(tlsMode, (String mode) -> builder.tlsMode(mode));
        Given.set(fingerprint, (String hex) -> builder.fingerprint(hex));
        Given.set(trust(), builder::trust);
        Given.set(keys.material(), builder::clientCertificate);
        Given.set(minCapacity, builder::minCapacity);
        Given.set(maxCapacity, builder::maxCapacity);
        Given.set(minInterval, builder::minInterval);
        Given.set(maxInterval, builder::maxInterval);
        Given.set(keepAlive, builder::keepAlive);
        Given.set(connectTimeout, builder::connectTimeout);
        Given.set(idTimeout, builder::idTimeout);
        Given.set(alpn, builder::alpn);
        Given.set(transport, builder::transport);
        Given.set(congestionControl, (String text) -> builder.congestionControl(CongestionControl.parse(text)));
        Given.set(streamsPerConnection, builder::streamsPerConnection);
        return builder.build();
    }

    private @Nullable TrustMaterial trust() {
        if (trustStore != null && trustPem != null) {
            throw new ConfigException("trust-store", trustStore, "and --trust-pem exclude each other");
        }
        if (trustStore != null) {
            return TrustMaterial.fromKeyStore(
                    trustStore, trustStoreType, KeyOptions.secret(trustStorePassword, "QUICPOOL_TRUST_STORE_PASSWORD"));
        }
        return trustPem == null ? null : TrustMaterial.fromPem(trustPem);
    }
}
