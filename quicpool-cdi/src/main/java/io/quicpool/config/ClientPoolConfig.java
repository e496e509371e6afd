package io.quicpool.config;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a client pool. The methods of {@link #builder} describe each setting and its default.
 *
 * @param name see {@link ClientPoolConfigBuilder#name}
 * @param targets see {@link ClientPoolConfigBuilder#target(String)}; empty when there is a resolver
 * @param resolver see {@link ClientPoolConfigBuilder#resolver}; null when there are targets
 * @param hostname see {@link ClientPoolConfigBuilder#hostname}; null for the target's host
 * @param tlsMode see {@link ClientPoolConfigBuilder#tlsMode(TlsMode)}
 * @param fingerprint see {@link ClientPoolConfigBuilder#fingerprint(Fingerprint)}; null for none
 * @param trust see {@link ClientPoolConfigBuilder#trust}; null for those of the JDK
 * @param clientCertificate see {@link ClientPoolConfigBuilder#clientCertificate}; null for none
 * @param capacity see {@link ClientPoolConfigBuilder#capacity}
 * @param interval see {@link ClientPoolConfigBuilder#interval}
 * @param keepAlive see {@link ClientPoolConfigBuilder#keepAlive}
 * @param connectTimeout see {@link ClientPoolConfigBuilder#connectTimeout}
 * @param idTimeout see {@link ClientPoolConfigBuilder#idTimeout}
 * @param streamTimeouts see {@link ClientPoolConfigBuilder#readTimeout} and {@link ClientPoolConfigBuilder#writeTimeout}
 * @param maxWaiting see {@link ClientPoolConfigBuilder#maxWaiting}
 * @param streamsPerConnection see {@link ClientPoolConfigBuilder#streamsPerConnection}; 0 for the engine's default
 * @param congestionControl see {@link ClientPoolConfigBuilder#congestionControl}; null for the engine's
 * @param alpn see {@link ClientPoolConfigBuilder#alpn}
 * @param transport see {@link ClientPoolConfigBuilder#transport}
 */
public record ClientPoolConfig(
        String name,
        List<Endpoint> targets,
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
        StreamTimeouts streamTimeouts,
        int maxWaiting,
        int streamsPerConnection,
        @Nullable CongestionControl congestionControl,
        String alpn,
        String transport) {

    private static final int MAX_TARGETS = 64;

    /**
     * Checks each setting, and that the settings fit together.
     *
     * @throws ConfigException when a setting cannot be used
     */
    public ClientPoolConfig {
        Checks.name(name);
        targets = List.copyOf(targets);
        if (targets.isEmpty() == (resolver == null)) {
            throw new ConfigException(
                    "target", text(targets), "either a target or a resolver must be given, and only one");
        }
        checkTargets(targets);
        if (hostname != null && !Endpoint.isHost(hostname)) {
            throw new ConfigException("hostname", hostname, "must be a host name or an IP address without a port");
        }
        if (tlsMode == TlsMode.VERIFIED && hostname == null && targets.isEmpty()) {
            throw new ConfigException(
                    "hostname", null, "must be given when tls-mode is verified and the target comes from a resolver");
        }
        if (fingerprint != null && tlsMode != TlsMode.SELF_SIGNED) {
            throw new ConfigException(
                    "fingerprint", fingerprint, "can be set only with tls-mode self-signed, not " + tlsMode.text());
        }
        if (trust != null && tlsMode != TlsMode.VERIFIED) {
            throw new ConfigException(
                    "trust-store", trust, "can be set only with tls-mode verified, not " + tlsMode.text());
        }
        Checks.range("keep-alive", keepAlive, PoolLimits.KEEP_ALIVE_MIN, PoolLimits.KEEP_ALIVE_MAX);
        Checks.range("connect-timeout", connectTimeout, PoolLimits.TIMEOUT_MIN, PoolLimits.TIMEOUT_MAX);
        Checks.range("id-timeout", idTimeout, PoolLimits.TIMEOUT_MIN, PoolLimits.TIMEOUT_MAX);
        Checks.range("max-waiting", maxWaiting, 1, PoolLimits.WAITING_MAX);
        Checks.range("streams-per-connection", streamsPerConnection, 0, PoolLimits.STREAMS_MAX);
        Checks.alpn(alpn);
        Checks.transport(transport);
    }

    private static void checkTargets(List<Endpoint> targets) {
        if (targets.size() > MAX_TARGETS) {
            throw new ConfigException("target", text(targets), "has more than " + MAX_TARGETS + " targets");
        }
        Set<Endpoint> seen = new HashSet<>();
        for (Endpoint target : targets) {
            if (target.port() == 0) {
                throw new ConfigException("target", target, "the port must be from 1 to 65535");
            }
            if (!seen.add(target)) {
                throw new ConfigException("target", text(targets), "has " + target + " twice");
            }
        }
    }

    private static @Nullable String text(List<Endpoint> targets) {
        return targets.isEmpty()
                ? null
                : targets.stream().map(Endpoint::toString).collect(Collectors.joining(", "));
    }

    /** A builder with the defaults. */
    public static ClientPoolConfigBuilder builder() {
        return new ClientPoolConfigBuilder();
    }

    /** A builder with these settings, to change some of them. */
    public ClientPoolConfigBuilder toBuilder() {
        return new ClientPoolConfigBuilder(this);
    }

    /**
     * How long the peer may be silent before the connection is lost.
     *
     * @return 3 x keep-alive
     */
    public Duration idleTimeout() {
        return keepAlive.multipliedBy(PoolLimits.KEEP_ALIVES_PER_IDLE_TIMEOUT);
    }

    /**
     * The server name that the client sends (SNI). In mode verified the certificate must have this name. The dot at the end of an
     * absolute name is left out, because it is for the lookup only (RFC 6066, section 3; RFC 9525, section 2).
     *
     * @return the host name, else the host of the (first) target, else {@code localhost}
     */
    public String serverName() {
        if (hostname != null) {
            return withoutDot(hostname);
        }
        return targets.isEmpty() ? "localhost" : withoutDot(targets.get(0).host());
    }

    private static String withoutDot(String name) {
        return name.length() > 1 && name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    /**
     * The settings for one of the targets.
     *
     * @param target one of {@link #targets}
     * @return these settings with that target alone
     */
    public ClientPoolConfig only(Endpoint target) {
        return toBuilder().targets(List.of(target)).build();
    }
}
