package io.quicpool.config;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The settings of a server pool. The methods of {@link #builder} describe each setting and its default. */
public final class ServerPoolConfig extends PoolConfig {

    private final KeyMaterial certificate;
    private final @Nullable TrustMaterial clientTrust;
    private final HandlerConfig handlers;

    ServerPoolConfig(ServerPoolConfigBuilder builder) {
        super(builder);
        handlers = new HandlerConfig(
                option(PoolOptions.MAX_HANDLERS),
                option(PoolOptions.HANDLER_QUEUE),
                option(PoolOptions.HANDLER_EXECUTOR));
        clientTrust = builder.clientTrust;
        checkMaxStreams(maxStreamsPerConnection(), maxCapacity());
        checkTls(clientAuth(), clientTrust);
        // Last, so that other problems are found without them.
        if (find(PoolOptions.LISTEN) == null) {
            throw new ConfigException("listen", null, "must be HOST:PORT, such as 0.0.0.0:4433");
        }
        if (builder.certificate == null) {
            throw new ConfigException("certificate", null, "a server needs a private key and its certificate");
        }
        certificate = builder.certificate;
    }

    private static void checkMaxStreams(int maxStreamsPerConnection, int maxCapacity) {
        if (maxStreamsPerConnection != 0
                && (maxStreamsPerConnection < maxCapacity || maxStreamsPerConnection > PoolOptions.MAX_STREAMS)) {
            throw new ConfigException(
                    "max-streams-per-connection",
                    maxStreamsPerConnection,
                    "must be from max-capacity, which is " + maxCapacity + ", to " + PoolOptions.MAX_STREAMS
                            + ", or 0 to leave the choice to the engine");
        }
    }

    private static void checkTls(ClientAuth clientAuth, @Nullable TrustMaterial clientTrust) {
        if ((clientAuth == ClientAuth.NONE) != (clientTrust == null)) {
            throw clientTrust == null
                    ? new ConfigException(
                            "client-auth",
                            clientAuth.text(),
                            "needs trust-store or trust-certificates, with the issuers of the clients' certificates")
                    : new ConfigException(
                            "trust-store",
                            clientTrust,
                            "can be set on a server only with client-auth want or need, not none");
        }
    }

    @Override
    Map<String, @Nullable Object> all() {
        Map<String, @Nullable Object> all = super.all();
        all.put("certificate", certificate);
        all.put("clientTrust", clientTrust);
        return all;
    }

    public Endpoint listen() {
        return option(PoolOptions.LISTEN);
    }

    public KeyMaterial certificate() {
        return certificate;
    }

    public int maxCapacity() {
        return option(PoolOptions.MAX_CAPACITY);
    }

    /** Empty for every client. */
    public List<AddressRange> allowedClients() {
        return option(PoolOptions.CLIENT_IP);
    }

    public Duration helloTimeout() {
        return option(PoolOptions.HELLO_TIMEOUT);
    }

    public int maxStreamsPerConnection() {
        return option(PoolOptions.MAX_STREAMS_PER_CONNECTION);
    }

    public int maxConnections() {
        return option(PoolOptions.MAX_CONNECTIONS);
    }

    public int maxPendingHellos() {
        return option(PoolOptions.MAX_PENDING_HELLOS);
    }

    public int maxPendingHandshakes() {
        return option(PoolOptions.MAX_PENDING_HANDSHAKES);
    }

    public HandlerConfig handlers() {
        return handlers;
    }

    public boolean addressValidation() {
        return option(PoolOptions.ADDRESS_VALIDATION);
    }

    public ClientAuth clientAuth() {
        return option(PoolOptions.CLIENT_AUTH);
    }

    /** Null when clients are not asked. */
    public @Nullable TrustMaterial clientTrust() {
        return clientTrust;
    }

    /** A builder with the defaults. */
    public static ServerPoolConfigBuilder builder() {
        return new ServerPoolConfigBuilder();
    }

    /** A builder with these settings, to change some of them. */
    public ServerPoolConfigBuilder toBuilder() {
        ServerPoolConfigBuilder builder = new ServerPoolConfigBuilder();
        copyTo(builder);
        builder.certificate = certificate;
        builder.clientTrust = clientTrust;
        return builder;
    }

    /**
     * Whether a client with this address may connect.
     *
     * @param client the client's address
     * @return true when it is in one of the ranges, or there are none
     */
    public boolean allows(InetAddress client) {
        List<AddressRange> allowed = allowedClients();
        return allowed.isEmpty() || allowed.stream().anyMatch(range -> range.contains(client));
    }
}
