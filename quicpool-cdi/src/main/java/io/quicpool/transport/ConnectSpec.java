package io.quicpool.transport;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.CongestionControl;
import io.quicpool.config.KeyMaterial;
import java.net.InetSocketAddress;
import java.time.Duration;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Where and how to connect.
 *
 * @param poolName names the threads; that of one target in a pool with several
 * @param remote the peer's address, resolved
 * @param trust decides whether the server's certificates are accepted, host name included; the engine adds no check
 * @param alpn the application protocol (RFC 7301)
 * @param config the settings of the pool, for everything else
 */
public record ConnectSpec(
        String poolName, InetSocketAddress remote, X509TrustManager trust, String alpn, ClientPoolConfig config) {

    /** The name that is sent to the server (SNI, RFC 6066). */
    public String serverName() {
        return config.serverName();
    }

    /** What the client presents when it is asked; null for nothing. */
    public @Nullable KeyMaterial clientCertificate() {
        return config.clientCertificate();
    }

    /** This side's idle time-out (RFC 9000, section 10.1). */
    public Duration idleTimeout() {
        return config.idleTimeout();
    }

    /** How long the handshake may take. */
    public Duration connectTimeout() {
        return config.connectTimeout();
    }

    /** The congestion control; null for the engine's default. */
    public @Nullable CongestionControl congestion() {
        return config.congestionControl();
    }
}
