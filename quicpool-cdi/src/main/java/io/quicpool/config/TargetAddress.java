package io.quicpool.config;

import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One target of a client pool: its host and port, and what is known of it. Immutable.
 *
 * <p>Two are equal when host and port are: the rest can change while a pool uses the target.
 */
public final class TargetAddress {

    static final Pattern ZONE = Pattern.compile("[\\w.-]{1,63}");

    private final Endpoint endpoint;
    private final String serverName;
    private final @Nullable String zone;

    private TargetAddress(Builder builder) {
        endpoint = builder.endpoint;
        serverName = builder.serverName == null ? endpoint.host() : builder.serverName;
        zone = builder.zone;
    }

    /**
     * A target of which only host and port are known.
     *
     * @throws ConfigException when the port is 0
     */
    public static TargetAddress of(Endpoint endpoint) {
        return builder(endpoint).build();
    }

    /** A builder for a target with this host and port. */
    public static Builder builder(Endpoint endpoint) {
        return new Builder(endpoint);
    }

    /**
     * Reads {@code HOST:PORT} or {@code HOST:PORT@ZONE}.
     *
     * @param property the setting that the text is from, for the message
     * @param text such as {@code orders:4433@eu-1}
     * @throws ConfigException when the text has another form
     */
    public static TargetAddress parse(String property, String text) {
        int at = text.indexOf('@');
        try {
            Builder builder = builder(Endpoint.parse(property, at < 0 ? text : text.substring(0, at)));
            return at < 0
                    ? builder.build()
                    : builder.zone(text.substring(at + 1).strip()).build();
        } catch (ConfigException e) {
            throw new ConfigException(property, text.strip(), e.allowed(), e);
        }
    }

    /** Host and port. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /**
     * The name that the target's certificate must have in mode verified, if the pool has no {@code hostname}.
     *
     * @return the one that was given, otherwise the host
     */
    public String serverName() {
        return serverName;
    }

    /** The zone that the target is in; null when that is not known. */
    public @Nullable String zone() {
        return zone;
    }

    /** Whether everything is the same, not only host and port. */
    public boolean isSame(TargetAddress other) {
        return equals(other) && serverName.equals(other.serverName) && Objects.equals(zone, other.zone);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TargetAddress address && endpoint.equals(address.endpoint);
    }

    @Override
    public int hashCode() {
        return endpoint.hashCode();
    }

    /** Host and port, such as {@code orders:4433}. */
    @Override
    public String toString() {
        return endpoint.toString();
    }

    /** Builds a target. Not thread-safe. */
    public static final class Builder {

        private final Endpoint endpoint;
        private @Nullable String serverName;
        private @Nullable String zone;

        private Builder(Endpoint endpoint) {
            this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
        }

        /**
         * The name that the target's certificate must have in mode verified. Default: the host. A source that looks names up gives
         * IP addresses as hosts, and the name here.
         *
         * @param serverName a host name or an IP address
         */
        public Builder serverName(String serverName) {
            this.serverName = Objects.requireNonNull(serverName, "serverName");
            return this;
        }

        /**
         * The zone that the target is in: a data centre, a rack, or what else is near. Default: none.
         *
         * @param zone 1 to 63 letters, digits, {@code .}, {@code -} and {@code _}
         */
        public Builder zone(String zone) {
            this.zone = Objects.requireNonNull(zone, "zone");
            return this;
        }

        /**
         * Checks the values.
         *
         * @throws ConfigException when one cannot be used
         */
        public TargetAddress build() {
            if (endpoint.port() == 0) {
                throw new ConfigException("target", endpoint, "the port must be from 1 to 65535");
            }
            if (zone != null && !ZONE.matcher(zone).matches()) {
                throw new ConfigException(
                        "target", endpoint + "@" + zone, "a zone must be 1 to 63 letters, digits, '.', '-' or '_'");
            }
            if (serverName != null && !Endpoint.isHost(serverName)) {
                throw new ConfigException(
                        "target", serverName, "the server name must be a host name or an IP address without a port");
            }
            return new TargetAddress(this);
        }
    }
}
