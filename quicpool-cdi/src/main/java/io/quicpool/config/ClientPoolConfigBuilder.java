package io.quicpool.config;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Builds the settings of a client pool. Each method describes a setting and its default. Not thread-safe. */
public final class ClientPoolConfigBuilder extends PoolConfigBuilder<ClientPoolConfigBuilder> {

    @Nullable TargetSource source;

    @Nullable TargetResolver resolver;

    @Nullable TrustMaterial trust;

    @Nullable KeyMaterial clientCertificate;

    ClientPoolConfigBuilder() {
        super(PoolKind.CLIENT);
    }

    @Override
    ClientPoolConfigBuilder self() {
        return this;
    }

    /**
     * The peer as {@code HOST:PORT}, or several, separated by commas: see {@link #targets}. {@code @ZONE} after a target is its zone.
     * {@code SCHEME://NAME} finds the targets with a {@link TargetSourceProvider}. A target or a {@link #targetSource} is required.
     *
     * @param target such as {@code orders:4433}, {@code orders-1:4433@eu-1, orders-2:4433@eu-2} or {@code stork://orders}
     * @throws ConfigException when the text has another form
     */
    public ClientPoolConfigBuilder target(String target) {
        return option(PoolOptions.TARGET, PoolOptions.TARGET.parse(target));
    }

    /**
     * The peer. The host is looked up at each attempt to connect.
     *
     * @param target with a port from 1 to 65535
     */
    public ClientPoolConfigBuilder target(Endpoint target) {
        return targets(List.of(TargetAddress.of(target)));
    }

    /**
     * The peers. Replaces all earlier targets. With several targets the pool has a member pool for each. Each member has all
     * of these settings, also the bounds of capacity. Streams are taken in turn from the members that are ready. The pool is
     * ready while one member is ready. See {@link io.quicpool.ClientPool#members}.
     *
     * @param targets up to 64 different ones
     */
    public ClientPoolConfigBuilder targets(List<TargetAddress> targets) {
        return option(PoolOptions.TARGET, TargetSpec.of(targets));
    }

    /**
     * Tells the targets, instead of {@link #target}.
     *
     * @param source is opened when the pool is
     */
    public ClientPoolConfigBuilder targetSource(TargetSource source) {
        this.source = Objects.requireNonNull(source, "source");
        return this;
    }

    /** What the addresses of a target's host are. Default: {@link ResolveMode#FIRST}. */
    public ClientPoolConfigBuilder resolve(ResolveMode resolve) {
        return option(PoolOptions.RESOLVE, resolve);
    }

    /**
     * How often the targets are looked up again with {@link ResolveMode#ALL}, and how often a source asks that cannot be told. The
     * JVM keeps answers of its own resolver for 30 s, so a change may take as much longer: docs/targets.md says how to change that.
     * Default: 30 s.
     *
     * @param resolveInterval from 100 ms to 1 h
     */
    public ClientPoolConfigBuilder resolveInterval(Duration resolveInterval) {
        return option(PoolOptions.RESOLVE_INTERVAL, resolveInterval);
    }

    /**
     * Looks up the hosts of targets. Default: the system does.
     *
     * @param resolver is asked at each attempt to connect, or each {@link #resolveInterval}
     */
    public ClientPoolConfigBuilder resolver(TargetResolver resolver) {
        this.resolver = Objects.requireNonNull(resolver, "resolver");
        return this;
    }

    /**
     * The server name that the client sends (SNI). In mode verified the certificate must have this name. Default: the host of
     * the target.
     *
     * @param hostname a host name or an IP address
     */
    public ClientPoolConfigBuilder hostname(String hostname) {
        return option(PoolOptions.HOSTNAME, hostname);
    }

    /** How the server's certificate is checked. Default: {@link TlsMode#VERIFIED}. */
    public ClientPoolConfigBuilder tlsMode(TlsMode tlsMode) {
        return option(PoolOptions.TLS_MODE, tlsMode);
    }

    /**
     * How the server's certificate is checked, by number or by name.
     *
     * @param tlsMode 0, 1, 2 or insecure, self-signed, verified
     * @throws ConfigException when there is no such mode
     */
    public ClientPoolConfigBuilder tlsMode(String tlsMode) {
        return tlsMode(TlsMode.parse(tlsMode));
    }

    /**
     * The only certificate that is accepted in mode self-signed. Default: the one that the server presents at the first connect.
     *
     * @param fingerprint the SHA-256 fingerprint
     */
    public ClientPoolConfigBuilder fingerprint(Fingerprint fingerprint) {
        return option(PoolOptions.FINGERPRINT, fingerprint);
    }

    /**
     * The only certificate that is accepted in mode self-signed.
     *
     * @param fingerprint 64 hex digits, colons allowed
     * @throws ConfigException when it is not a SHA-256 fingerprint
     */
    public ClientPoolConfigBuilder fingerprint(String fingerprint) {
        return fingerprint(Fingerprint.parse("fingerprint", fingerprint));
    }

    /** The issuers to trust in mode verified. Default: those of the JDK's trust store. */
    public ClientPoolConfigBuilder trust(TrustMaterial trust) {
        this.trust = Objects.requireNonNull(trust, "trust");
        return this;
    }

    /**
     * The certificate that the client presents when the server asks for one. Default: none.
     *
     * @param clientCertificate key and certificate
     */
    public ClientPoolConfigBuilder clientCertificate(KeyMaterial clientCertificate) {
        this.clientCertificate = Objects.requireNonNull(clientCertificate, "clientCertificate");
        return this;
    }

    /**
     * Minimum number of idle streams that the pool aims for. Default: 8.
     *
     * @param minCapacity from 1 to the largest
     */
    public ClientPoolConfigBuilder minCapacity(int minCapacity) {
        return option(PoolOptions.MIN_CAPACITY, minCapacity);
    }

    /**
     * Maximum number of idle streams that the pool aims for. Default: 64.
     *
     * @param maxCapacity up to 65,536
     */
    public ClientPoolConfigBuilder maxCapacity(int maxCapacity) {
        return option(PoolOptions.MAX_CAPACITY, maxCapacity);
    }

    /**
     * Both bounds of capacity. Default: 8 to 64.
     *
     * @param minCapacity from 1 to the largest
     * @param maxCapacity up to 65,536
     */
    public ClientPoolConfigBuilder capacity(int minCapacity, int maxCapacity) {
        return minCapacity(minCapacity).maxCapacity(maxCapacity);
    }

    /**
     * The shortest time between two regular size checks. Default: 500 ms.
     *
     * @param minInterval at least 10 ms
     */
    public ClientPoolConfigBuilder minInterval(Duration minInterval) {
        return option(PoolOptions.MIN_INTERVAL, minInterval);
    }

    /**
     * The longest time between two regular size checks. Default: 5 s.
     *
     * @param maxInterval up to 1 h
     */
    public ClientPoolConfigBuilder maxInterval(Duration maxInterval) {
        return option(PoolOptions.MAX_INTERVAL, maxInterval);
    }

    /**
     * Both bounds of interval. Default: 500 ms to 5 s.
     *
     * @param minInterval at least 10 ms
     * @param maxInterval up to 1 h
     */
    public ClientPoolConfigBuilder interval(Duration minInterval, Duration maxInterval) {
        Objects.requireNonNull(maxInterval, "maxInterval");
        return minInterval(minInterval).maxInterval(maxInterval);
    }

    /**
     * How often the pool pings its peer. The idle time-out is three times as long. A peer that is silent for that time is lost.
     * Default: 10 s.
     *
     * @param keepAlive from 700 ms to 10 min
     */
    public ClientPoolConfigBuilder keepAlive(Duration keepAlive) {
        return option(PoolOptions.KEEP_ALIVE, keepAlive);
    }

    /**
     * Maximum time for one attempt to connect. Default: 5 s.
     *
     * @param connectTimeout from 100 ms to 10 min
     */
    public ClientPoolConfigBuilder connectTimeout(Duration connectTimeout) {
        return option(PoolOptions.CONNECT_TIMEOUT, connectTimeout);
    }

    /**
     * How long a new stream may wait for its id. Default: 10 s.
     *
     * @param idTimeout from 100 ms to 10 min
     */
    public ClientPoolConfigBuilder idTimeout(Duration idTimeout) {
        return option(PoolOptions.ID_TIMEOUT, idTimeout);
    }

    /**
     * How many streams, idle and in use, one connection carries before the pool opens another. There are no more connections
     * than {@code max-capacity} streams need. If more streams are in use, they share these connections. A lost connection takes
     * only its own streams with it. Default: 0, which means one connection for all streams with {@code kwik}, and 64 streams a
     * connection with {@code netty}.
     *
     * @param streamsPerConnection from 1 to 1,048,576, or 0
     */
    public ClientPoolConfigBuilder streamsPerConnection(int streamsPerConnection) {
        return option(PoolOptions.STREAMS_PER_CONNECTION, streamsPerConnection);
    }

    /**
     * Checks the settings.
     *
     * @return the settings, immutable
     * @throws ConfigException when a setting cannot be used; names the setting, the pool and what is allowed
     */
    public ClientPoolConfig build() {
        try {
            return new ClientPoolConfig(
                    this,
                    new CapacityBounds(require(PoolOptions.MIN_CAPACITY), require(PoolOptions.MAX_CAPACITY)),
                    new IntervalBounds(require(PoolOptions.MIN_INTERVAL), require(PoolOptions.MAX_INTERVAL)));
        } catch (ConfigException e) {
            throw e.inPool(PoolLabel.client(name));
        }
    }
}
