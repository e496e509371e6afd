package io.quicpool.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a client pool; made by {@link #builder}, whose methods say what each means and its default.
 *
 * @param name see {@link ClientPoolConfigBuilder#name}
 * @param target see {@link ClientPoolConfigBuilder#target(String)}; null when there is a resolver
 * @param resolver see {@link ClientPoolConfigBuilder#resolver}; null when there is a target
 * @param hostname see {@link ClientPoolConfigBuilder#hostname}; null for the target's host
 * @param tlsMode see {@link ClientPoolConfigBuilder#tlsMode(TlsMode)}
 * @param fingerprint see {@link ClientPoolConfigBuilder#fingerprint(Fingerprint)}; null for none
 * @param trust see {@link ClientPoolConfigBuilder#trust}; null for the JDK's
 * @param clientCertificate see {@link ClientPoolConfigBuilder#clientCertificate}; null for none
 * @param capacity see {@link ClientPoolConfigBuilder#capacity}
 * @param interval see {@link ClientPoolConfigBuilder#interval}
 * @param keepAlive see {@link ClientPoolConfigBuilder#keepAlive}
 * @param connectTimeout see {@link ClientPoolConfigBuilder#connectTimeout}
 * @param idTimeout see {@link ClientPoolConfigBuilder#idTimeout}
 * @param alpn see {@link ClientPoolConfigBuilder#alpn}
 * @param transport see {@link ClientPoolConfigBuilder#transport}
 */
public record ClientPoolConfig(
        String name,
        @Nullable Endpoint target,
        @Nullable TargetResolver resolver,
        @Nullable String hostname,
        TlsMode tlsMode,
        @Nullable Fingerprint fingerprint,
        @Nullable TrustMaterial trust,
        @Nullable KeyMaterial clientCertificate,
        CapacityBounds capacity,
        IntervalBounds interval,
        Duration keepAlive,
        Duration connectTimeout,
        Duration idTimeout,
        String alpn,
        String transport) {

    /**
     * Checks every setting and how they go together.
     *
     * @param name the name
     * @param target the target
     * @param resolver the resolver
     * @param hostname the host name
     * @param tlsMode the TLS mode
     * @param fingerprint the fingerprint
     * @param trust whom to trust
     * @param clientCertificate what to present
     * @param capacity the bounds of capacity
     * @param interval the bounds of interval
     * @param keepAlive the keep-alive period
     * @param connectTimeout the connect time-out
     * @param idTimeout the id time-out
     * @param alpn the application protocol
     * @param transport the engine
     * @throws ConfigException when a setting cannot be used
     */
    public ClientPoolConfig {
        Checks.name(name);
        if ((target == null) == (resolver == null)) {
            throw new ConfigException("target", target, "either a target or a resolver must be given, and only one");
        }
        if (target != null && target.port() == 0) {
            throw new ConfigException("target", target, "the port must be from 1 to 65535");
        }
        if (hostname != null && !Endpoint.isHost(hostname)) {
            throw new ConfigException("hostname", hostname, "must be a host name or an IP address without a port");
        }
        if (tlsMode == TlsMode.VERIFIED && hostname == null && target == null) {
            throw new ConfigException(
                    "hostname", null, "must be given when tls-mode is verified and the target comes from a resolver");
        }
        if (fingerprint != null && tlsMode != TlsMode.SELF_SIGNED) {
            throw new ConfigException(
                    "fingerprint", fingerprint, "goes with tls-mode self-signed only, not " + tlsMode.text());
        }
        if (trust != null && tlsMode != TlsMode.VERIFIED) {
            throw new ConfigException("trust-store", trust, "goes with tls-mode verified only, not " + tlsMode.text());
        }
        Checks.range("keep-alive", keepAlive, PoolLimits.KEEP_ALIVE_MIN, PoolLimits.KEEP_ALIVE_MAX);
        Checks.range("connect-timeout", connectTimeout, PoolLimits.TIMEOUT_MIN, PoolLimits.TIMEOUT_MAX);
        Checks.range("id-timeout", idTimeout, PoolLimits.TIMEOUT_MIN, PoolLimits.TIMEOUT_MAX);
        Checks.alpn(alpn);
        Checks.transport(transport);
    }

    /**
     * Begins the settings of a pool with the defaults.
     *
     * @return a builder
     */
    public static ClientPoolConfigBuilder builder() {
        return new ClientPoolConfigBuilder();
    }

    /**
     * Begins with these settings, to change some.
     *
     * @return a new builder
     */
    public ClientPoolConfigBuilder toBuilder() {
        return new ClientPoolConfigBuilder(this);
    }

    /**
     * After how long without a word from the peer the connection is lost.
     *
     * @return 3 x keep-alive
     */
    public Duration idleTimeout() {
        return keepAlive.multipliedBy(PoolLimits.KEEP_ALIVES_PER_IDLE_TIMEOUT);
    }

    /**
     * The name that the server is asked for, and that its certificate must bear in mode verified.
     *
     * @return the host name, else the target's host, else {@code localhost}
     */
    public String serverName() {
        if (hostname != null) {
            return hostname;
        }
        return target != null ? target.host() : "localhost";
    }
}
