package io.quicpool.it.peer;

import io.quicpool.ClientPool;
import io.quicpool.QuicPools;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ClientPoolConfigBuilder;
import io.quicpool.config.ConfigException;
import io.quicpool.config.PoolKind;
import io.quicpool.config.TrustMaterial;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A client pool. */
@Command(
        name = "client",
        mixinStandardHelpOptions = true,
        description = "A client pool; prints ready once it is. It keeps trying to connect.")
final class ClientCommand implements Callable<Integer> {

    @Spec
    CommandSpec command = CommandSpec.create();

    @Option(names = "--target", paramLabel = "H:P", required = true, description = "the server")
    String target = "";

    @Option(names = "--name", description = "name of the pool")
    @Nullable String name;

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

    @Mixin
    KeyOptions keys = new KeyOptions();

    @Override
    public Integer call() {
        try (ClientPool pool = QuicPools.open(config())) {
            return new Session(pool, new Console()).run();
        }
    }

    private ClientPoolConfig config() {
        ClientPoolConfigBuilder builder = ClientPoolConfig.builder();
        TableOptions.set(command, PoolKind.CLIENT, builder);
        Given.set(name, builder::name);
        Given.set(trust(), builder::trust);
        Given.set(keys.material(), builder::clientCertificate);
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
