package io.quicpool.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Builds the settings of a client pool. Each method describes a setting and its default. Not thread-safe. */
public final class ClientPoolConfigBuilder {

    private String name = PoolLimits.NAME;
    private final List<Endpoint> targets = new ArrayList<>();
    private @Nullable TargetResolver resolver;
    private @Nullable String hostname;
    private TlsMode tlsMode = TlsMode.VERIFIED;
    private @Nullable Fingerprint fingerprint;
    private @Nullable TrustMaterial trust;
    private @Nullable KeyMaterial clientCertificate;
    private int minCapacity = 8;
    private int maxCapacity = 64;
    private Duration minInterval = Duration.ofMillis(500);
    private Duration maxInterval = Duration.ofSeconds(5);
    private Duration keepAlive = PoolLimits.KEEP_ALIVE;
    private Duration connectTimeout = Duration.ofSeconds(5);
    private Duration idTimeout = Duration.ofSeconds(10);
    private Duration readTimeout = StreamTimeouts.DEFAULT.read();
    private Duration writeTimeout = StreamTimeouts.DEFAULT.write();
    private int maxWaiting = PoolLimits.WAITING;
    private int streamsPerConnection;
    private @Nullable CongestionControl congestionControl;
    private String alpn = PoolLimits.ALPN;
    private String transport = PoolLimits.TRANSPORT;

    ClientPoolConfigBuilder() {}

    ClientPoolConfigBuilder(ClientPoolConfig config) {
        name = config.name();
        targets.addAll(config.targets());
        resolver = config.resolver();
        hostname = config.hostname();
        tlsMode = config.tlsMode();
        fingerprint = config.fingerprint();
        trust = config.trust();
        clientCertificate = config.clientCertificate();
        minCapacity = config.capacity().min();
        maxCapacity = config.capacity().max();
        minInterval = config.interval().min();
        maxInterval = config.interval().max();
        keepAlive = config.keepAlive();
        connectTimeout = config.connectTimeout();
        idTimeout = config.idTimeout();
        readTimeout = config.streamTimeouts().read();
        writeTimeout = config.streamTimeouts().write();
        maxWaiting = config.maxWaiting();
        streamsPerConnection = config.streamsPerConnection();
        congestionControl = config.congestionControl();
        alpn = config.alpn();
        transport = config.transport();
    }

    /**
     * The name of the pool in logs, threads, exceptions and JMX. Default: {@code default}.
     *
     * @param name 1 to 64 characters
     */
    public ClientPoolConfigBuilder name(String name) {
        this.name = Objects.requireNonNull(name, "name");
        return this;
    }

    /**
     * The peer as {@code HOST:PORT}, or several, separated by commas: see {@link #targets}. The host is looked up again at each
     * attempt to connect. A target or a resolver is required.
     *
     * @param target such as {@code orders:4433} or {@code orders-1:4433, orders-2:4433}
     * @throws ConfigException when the text has another form
     */
    public ClientPoolConfigBuilder target(String target) {
        List<Endpoint> parsed = new ArrayList<>();
        for (String each : target.split(",", -1)) {
            parsed.add(Endpoint.parse("target", each));
        }
        return targets(parsed);
    }

    /**
     * The peer. The host is looked up at each attempt to connect.
     *
     * @param target with a port from 1 to 65535
     */
    public ClientPoolConfigBuilder target(Endpoint target) {
        return targets(List.of(target));
    }

    /**
     * The peers. Replaces all earlier targets. With several targets the pool has a member pool for each. Each member has all
     * of these settings, also the bounds of capacity. Streams are taken in turn from the members that are ready. The pool is
     * ready while one member is ready. See {@link io.quicpool.ClientPool#members}.
     *
     * @param targets up to 64 different ones, with ports from 1 to 65535
     */
    public ClientPoolConfigBuilder targets(List<Endpoint> targets) {
        List<Endpoint> all = List.copyOf(targets);
        this.targets.clear();
        this.targets.addAll(all);
        return this;
    }

    /**
     * Finds the peer, instead of a target.
     *
     * @param resolver is asked at each attempt to connect
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
        this.hostname = Objects.requireNonNull(hostname, "hostname");
        return this;
    }

    /** How the server's certificate is checked. Default: {@link TlsMode#VERIFIED}. */
    public ClientPoolConfigBuilder tlsMode(TlsMode tlsMode) {
        this.tlsMode = Objects.requireNonNull(tlsMode, "tlsMode");
        return this;
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
        this.fingerprint = Objects.requireNonNull(fingerprint, "fingerprint");
        return this;
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
        this.minCapacity = minCapacity;
        return this;
    }

    /**
     * Maximum number of idle streams that the pool aims for. Default: 64.
     *
     * @param maxCapacity up to 65,536
     */
    public ClientPoolConfigBuilder maxCapacity(int maxCapacity) {
        this.maxCapacity = maxCapacity;
        return this;
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
        this.minInterval = Objects.requireNonNull(minInterval, "minInterval");
        return this;
    }

    /**
     * The longest time between two regular size checks. Default: 5 s.
     *
     * @param maxInterval up to 1 h
     */
    public ClientPoolConfigBuilder maxInterval(Duration maxInterval) {
        this.maxInterval = Objects.requireNonNull(maxInterval, "maxInterval");
        return this;
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
        this.keepAlive = Objects.requireNonNull(keepAlive, "keepAlive");
        return this;
    }

    /**
     * Maximum time for one attempt to connect. Default: 5 s.
     *
     * @param connectTimeout from 100 ms to 10 min
     */
    public ClientPoolConfigBuilder connectTimeout(Duration connectTimeout) {
        this.connectTimeout = Objects.requireNonNull(connectTimeout, "connectTimeout");
        return this;
    }

    /**
     * How long a new stream may wait for its id. Default: 10 s.
     *
     * @param idTimeout from 100 ms to 10 min
     */
    public ClientPoolConfigBuilder idTimeout(Duration idTimeout) {
        this.idTimeout = Objects.requireNonNull(idTimeout, "idTimeout");
        return this;
    }

    /**
     * How long one read of a stream may wait for its first byte, unless {@link io.quicpool.PooledStream#readTimeout} sets another
     * limit for that stream. Default: 30 s.
     *
     * @param readTimeout up to 24 h; zero waits for ever
     */
    public ClientPoolConfigBuilder readTimeout(Duration readTimeout) {
        this.readTimeout = Objects.requireNonNull(readTimeout, "readTimeout");
        return this;
    }

    /**
     * How long one write of a stream may wait for a peer that does not read, unless {@link io.quicpool.PooledStream#writeTimeout}
     * sets another limit for that stream. Default: 30 s.
     *
     * @param writeTimeout up to 24 h; zero waits for ever
     */
    public ClientPoolConfigBuilder writeTimeout(Duration writeTimeout) {
        this.writeTimeout = Objects.requireNonNull(writeTimeout, "writeTimeout");
        return this;
    }

    /**
     * Maximum number of callers that wait for a stream at a time, for each target. Further callers get
     * {@link io.quicpool.PoolBusyException} at once. Default: 10,000.
     *
     * @param maxWaiting from 1 to 1,000,000
     */
    public ClientPoolConfigBuilder maxWaiting(int maxWaiting) {
        this.maxWaiting = maxWaiting;
        return this;
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
        this.streamsPerConnection = streamsPerConnection;
        return this;
    }

    /**
     * The algorithm that this side uses for congestion control. Default: that of the engine, CUBIC with {@code netty}. It cannot
     * be set with {@code kwik}.
     */
    public ClientPoolConfigBuilder congestionControl(CongestionControl congestionControl) {
        this.congestionControl = Objects.requireNonNull(congestionControl, "congestionControl");
        return this;
    }

    /**
     * The application protocol (ALPN, RFC 7301). Both sides must have the same. Default: {@code np-quic}, that of the Go
     * package NodePassProject/quic.
     *
     * @param alpn 1 to 255 visible ASCII characters
     */
    public ClientPoolConfigBuilder alpn(String alpn) {
        this.alpn = Objects.requireNonNull(alpn, "alpn");
        return this;
    }

    /**
     * The QUIC engine. Default: {@code kwik}.
     *
     * @param transport the name of an engine that is on the class path
     */
    public ClientPoolConfigBuilder transport(String transport) {
        this.transport = Objects.requireNonNull(transport, "transport");
        return this;
    }

    /**
     * Checks the settings.
     *
     * @return the settings, immutable
     * @throws ConfigException when a setting cannot be used; names the setting, the pool and what is allowed
     */
    public ClientPoolConfig build() {
        try {
            return checked();
        } catch (ConfigException e) {
            throw e.inPool(PoolLabel.client(name));
        }
    }

    private ClientPoolConfig checked() {
        return new ClientPoolConfig(
                name,
                targets,
                resolver,
                hostname,
                tlsMode,
                fingerprint,
                trust,
                clientCertificate,
                new CapacityBounds(minCapacity, maxCapacity),
                new IntervalBounds(minInterval, maxInterval),
                keepAlive,
                connectTimeout,
                idTimeout,
                new StreamTimeouts(readTimeout, writeTimeout),
                maxWaiting,
                streamsPerConnection,
                congestionControl,
                alpn,
                transport);
    }
}
