package io.quicpool.config;

import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The settings of a client pool. The methods of {@link #builder} describe each setting and its default. */
public final class ClientPoolConfig extends PoolConfig {

    private static final int MAX_TARGETS = 64;

    private final @Nullable TargetSpec target;
    private final @Nullable TargetSource source;
    private final @Nullable TargetResolver resolver;
    private final @Nullable TrustMaterial trust;
    private final @Nullable KeyMaterial clientCertificate;
    private final CapacityBounds capacity;
    private final IntervalBounds interval;

    // Bounds in the wrong order are found before the other options are checked.
    ClientPoolConfig(ClientPoolConfigBuilder builder, CapacityBounds capacity, IntervalBounds interval) {
        super(builder);
        this.target = find(PoolOptions.TARGET);
        this.source = builder.source;
        this.resolver = builder.resolver;
        this.trust = builder.trust;
        this.clientCertificate = builder.clientCertificate;
        this.capacity = capacity;
        this.interval = interval;
        checkTarget();
        checkTls();
    }

    private void checkTls() {
        if (fingerprint() != null && tlsMode() != TlsMode.SELF_SIGNED) {
            throw new ConfigException(
                    "fingerprint",
                    fingerprint(),
                    "can be set only with tls-mode self-signed, not "
                            + tlsMode().text());
        }
        if (trust != null && tlsMode() != TlsMode.VERIFIED) {
            throw new ConfigException(
                    "trust-store",
                    trust,
                    "can be set only with tls-mode verified, not " + tlsMode().text());
        }
    }

    private void checkTarget() {
        if ((target == null) == (source == null)) {
            throw new ConfigException("target", target, "either a target or a source must be given, and only one");
        }
        List<TargetAddress> targets = targets();
        if (targets.size() > MAX_TARGETS) {
            throw new ConfigException("target", target, "has more than " + MAX_TARGETS + " targets");
        }
        Set<TargetAddress> seen = new HashSet<>();
        for (TargetAddress each : targets) {
            if (!seen.add(each)) {
                throw new ConfigException("target", target, "has " + each + " twice");
            }
        }
    }

    @Override
    Map<String, @Nullable Object> all() {
        Map<String, @Nullable Object> all = super.all();
        all.put("targetSource", source);
        all.put("resolver", resolver);
        all.put("trust", trust);
        all.put("clientCertificate", clientCertificate);
        return all;
    }

    /** The targets, or the names that lead to them; empty when they come from a source of the application, or from a URI. */
    public List<TargetAddress> targets() {
        return target == null ? List.of() : target.targets();
    }

    /** The URI that was given as the target; a {@link TargetSourceProvider} makes a source of it. Null when there is none. */
    public @Nullable URI targetUri() {
        return target == null ? null : target.uri();
    }

    /**
     * The source that tells the targets: that of the application, or with {@code resolve=all} one that looks up {@link #targets}.
     *
     * @return null when the targets are those of {@link #targets}, or come from {@link #targetUri}
     */
    public @Nullable TargetSource targetSource() {
        List<TargetAddress> names = targets();
        return source != null || names.isEmpty() || resolve() != ResolveMode.ALL
                ? source
                : new PollingSource(resolveInterval(), pool -> new NameTargets(names, resolver()));
    }

    public ResolveMode resolve() {
        return option(PoolOptions.RESOLVE);
    }

    public Duration resolveInterval() {
        return option(PoolOptions.RESOLVE_INTERVAL);
    }

    /** Looks up the hosts of targets, unless they are IP addresses. */
    public TargetResolver resolver() {
        TargetResolver given = resolver;
        return target -> given == null || target.isIpAddress() ? target.resolveAll() : given.resolve(target);
    }

    /** Null for the target's host. */
    public @Nullable String hostname() {
        return find(PoolOptions.HOSTNAME);
    }

    public TlsMode tlsMode() {
        return option(PoolOptions.TLS_MODE);
    }

    /** Null for none. */
    public @Nullable Fingerprint fingerprint() {
        return find(PoolOptions.FINGERPRINT);
    }

    /** Null for the JDK's. */
    public @Nullable TrustMaterial trust() {
        return trust;
    }

    /** Null for nothing. */
    public @Nullable KeyMaterial clientCertificate() {
        return clientCertificate;
    }

    public CapacityBounds capacity() {
        return capacity;
    }

    public IntervalBounds interval() {
        return interval;
    }

    public Duration connectTimeout() {
        return option(PoolOptions.CONNECT_TIMEOUT);
    }

    public Duration idTimeout() {
        return option(PoolOptions.ID_TIMEOUT);
    }

    public int streamsPerConnection() {
        return option(PoolOptions.STREAMS_PER_CONNECTION);
    }

    /** A builder with the defaults. */
    public static ClientPoolConfigBuilder builder() {
        return new ClientPoolConfigBuilder();
    }

    /** A builder with these settings, to change some of them. */
    public ClientPoolConfigBuilder toBuilder() {
        ClientPoolConfigBuilder builder = new ClientPoolConfigBuilder();
        copyTo(builder);
        builder.source = source;
        builder.resolver = resolver;
        builder.trust = trust;
        builder.clientCertificate = clientCertificate;
        return builder;
    }

    /**
     * The server name that the client sends (SNI). In mode verified the certificate must have this name. The dot at the end of an
     * absolute name is left out, because it is for the lookup only (RFC 6066, section 3; RFC 9525, section 2).
     *
     * @return the host name, else that of the (first) target, else {@code localhost}
     */
    public String serverName() {
        String hostname = hostname();
        if (hostname != null) {
            return withoutDot(hostname);
        }
        List<TargetAddress> targets = targets();
        return targets.isEmpty() ? "localhost" : withoutDot(targets.get(0).serverName());
    }

    private static String withoutDot(String name) {
        return name.length() > 1 && name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    /**
     * The settings for one target alone.
     *
     * @param target one of {@link #targets}, or one that a source told
     * @return these settings with that target, and no source
     */
    public ClientPoolConfig only(TargetAddress target) {
        ClientPoolConfigBuilder builder = toBuilder().targets(List.of(target));
        builder.source = null;
        return builder.option(PoolOptions.RESOLVE, ResolveMode.FIRST).build();
    }
}
