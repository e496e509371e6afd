package io.quicpool.config;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a server pool. The methods of {@link #builder} describe each setting and its default.
 *
 * @param name see {@link ServerPoolConfigBuilder#name}
 * @param listen see {@link ServerPoolConfigBuilder#listen(String)}
 * @param certificate see {@link ServerPoolConfigBuilder#certificate}
 * @param maxCapacity see {@link ServerPoolConfigBuilder#maxCapacity}
 * @param maxWaiting see {@link ServerPoolConfigBuilder#maxWaiting}
 * @param allowedClients see {@link ServerPoolConfigBuilder#allowedClients}
 * @param keepAlive see {@link ServerPoolConfigBuilder#keepAlive}
 * @param helloTimeout see {@link ServerPoolConfigBuilder#helloTimeout}
 * @param maxStreamsPerConnection see {@link ServerPoolConfigBuilder#maxStreamsPerConnection}
 * @param maxConnections see {@link ServerPoolConfigBuilder#maxConnections}
 * @param maxPendingHellos see {@link ServerPoolConfigBuilder#maxPendingHellos}
 * @param maxPendingHandshakes see {@link ServerPoolConfigBuilder#maxPendingHandshakes}
 * @param handlers see {@link ServerPoolConfigBuilder#maxHandlers}, {@link ServerPoolConfigBuilder#handlerQueue} and
 *     {@link ServerPoolConfigBuilder#handlerExecutor}
 * @param streamTimeouts see {@link ServerPoolConfigBuilder#readTimeout} and {@link ServerPoolConfigBuilder#writeTimeout}
 * @param addressValidation see {@link ServerPoolConfigBuilder#addressValidation}
 * @param clientAuth see {@link ServerPoolConfigBuilder#clientAuth}
 * @param clientTrust see {@link ServerPoolConfigBuilder#clientTrust}; null when clients are not asked
 * @param congestionControl see {@link ServerPoolConfigBuilder#congestionControl}; null for the engine's
 * @param alpn see {@link ServerPoolConfigBuilder#alpn}
 * @param transport see {@link ServerPoolConfigBuilder#transport}
 */
public record ServerPoolConfig(
        String name,
        Endpoint listen,
        KeyMaterial certificate,
        int maxCapacity,
        int maxWaiting,
        List<AddressRange> allowedClients,
        Duration keepAlive,
        Duration helloTimeout,
        int maxStreamsPerConnection,
        int maxConnections,
        int maxPendingHellos,
        int maxPendingHandshakes,
        HandlerConfig handlers,
        StreamTimeouts streamTimeouts,
        boolean addressValidation,
        ClientAuth clientAuth,
        @Nullable TrustMaterial clientTrust,
        @Nullable CongestionControl congestionControl,
        String alpn,
        String transport) {

    /**
     * Checks each setting, and that the settings fit together.
     *
     * @throws ConfigException when a setting cannot be used
     */
    public ServerPoolConfig {
        allowedClients = List.copyOf(allowedClients);
        check(
                name,
                maxCapacity,
                maxWaiting,
                keepAlive,
                helloTimeout,
                maxStreamsPerConnection,
                maxConnections,
                maxPendingHellos,
                maxPendingHandshakes,
                clientAuth,
                clientTrust,
                alpn,
                transport);
    }

    // Everything that can be checked without a certificate.
    static void check(
            String name,
            int maxCapacity,
            int maxWaiting,
            Duration keepAlive,
            Duration helloTimeout,
            int maxStreamsPerConnection,
            int maxConnections,
            int maxPendingHellos,
            int maxPendingHandshakes,
            ClientAuth clientAuth,
            @Nullable TrustMaterial clientTrust,
            String alpn,
            String transport) {
        Checks.name(name);
        Checks.range("max-capacity", maxCapacity, 1, CapacityBounds.LIMIT);
        Checks.range("max-waiting", maxWaiting, 1, PoolLimits.WAITING_MAX);
        Checks.range("keep-alive", keepAlive, PoolLimits.KEEP_ALIVE_MIN, PoolLimits.KEEP_ALIVE_MAX);
        Checks.range("hello-timeout", helloTimeout, PoolLimits.TIMEOUT_MIN, PoolLimits.TIMEOUT_MAX);
        if (maxStreamsPerConnection != 0
                && (maxStreamsPerConnection < maxCapacity || maxStreamsPerConnection > PoolLimits.STREAMS_MAX)) {
            throw new ConfigException(
                    "max-streams-per-connection",
                    maxStreamsPerConnection,
                    "must be from max-capacity, which is " + maxCapacity + ", to " + PoolLimits.STREAMS_MAX
                            + ", or 0 to leave the choice to the engine");
        }
        Checks.range("max-connections", maxConnections, 1, 65_536);
        Checks.range("max-pending-hellos", maxPendingHellos, 1, 65_536);
        Checks.range("max-pending-handshakes", maxPendingHandshakes, 1, 65_536);
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
        Checks.alpn(alpn);
        Checks.transport(transport);
    }

    /** A builder with the defaults. */
    public static ServerPoolConfigBuilder builder() {
        return new ServerPoolConfigBuilder();
    }

    /** A builder with these settings, to change some of them. */
    public ServerPoolConfigBuilder toBuilder() {
        return new ServerPoolConfigBuilder(this);
    }

    /**
     * How long the peer may be silent before a connection is lost.
     *
     * @return 3 x keep-alive
     */
    public Duration idleTimeout() {
        return keepAlive.multipliedBy(PoolLimits.KEEP_ALIVES_PER_IDLE_TIMEOUT);
    }

    /**
     * Whether a client with this address may connect.
     *
     * @param client the client's address
     * @return true when it is in one of the ranges, or there are none
     */
    public boolean allows(InetAddress client) {
        return allowedClients.isEmpty() || allowedClients.stream().anyMatch(range -> range.contains(client));
    }
}
