package io.quicpool.config;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The settings of a client pool. The methods of {@link #builder} describe each setting and its default. */
public final class ClientPoolConfig extends PoolConfig {

    private static final int MAX_TARGETS = 64;

    private final List<Endpoint> targets;
    private final @Nullable TargetResolver resolver;
    private final @Nullable TrustMaterial trust;
    private final @Nullable KeyMaterial clientCertificate;
    private final CapacityBounds capacity;
    private final IntervalBounds interval;

    // Bounds in the wrong order are found before the other options are checked.
    ClientPoolConfig(ClientPoolConfigBuilder builder, CapacityBounds capacity, IntervalBounds interval) {
        super(builder);
        List<Endpoint> found = find(PoolOptions.TARGET);
        this.targets = found == null ? List.of() : found;
        this.resolver = builder.resolver;
        this.trust = builder.trust;
        this.clientCertificate = builder.clientCertificate;
        this.capacity = capacity;
        this.interval = interval;
        checkTargets(targets, resolver);
        checkTls();
    }

    private void checkTls() {
        if (tlsMode() == TlsMode.VERIFIED && hostname() == null && targets.isEmpty()) {
            throw new ConfigException(
                    "hostname", null, "must be given when tls-mode is verified and the target comes from a resolver");
        }
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

    private static void checkTargets(List<Endpoint> targets, @Nullable TargetResolver resolver) {
        if (targets.isEmpty() == (resolver == null)) {
            throw new ConfigException(
                    "target", text(targets), "either a target or a resolver must be given, and only one");
        }
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

    @Override
    Map<String, @Nullable Object> all() {
        Map<String, @Nullable Object> all = super.all();
        all.put("resolver", resolver);
        all.put("trust", trust);
        all.put("clientCertificate", clientCertificate);
        return all;
    }

    /** Empty when there is a resolver. */
    public List<Endpoint> targets() {
        return targets;
    }

    /** Null when there are targets. */
    public @Nullable TargetResolver resolver() {
        return resolver;
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
        builder.resolver = resolver;
        builder.trust = trust;
        builder.clientCertificate = clientCertificate;
        return builder;
    }

    /**
     * The server name that the client sends (SNI). In mode verified the certificate must have this name. The dot at the end of an
     * absolute name is left out, because it is for the lookup only (RFC 6066, section 3; RFC 9525, section 2).
     *
     * @return the host name, else the host of the (first) target, else {@code localhost}
     */
    public String serverName() {
        String hostname = hostname();
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
