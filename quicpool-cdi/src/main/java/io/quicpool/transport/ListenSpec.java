package io.quicpool.transport;

import io.quicpool.config.ClientAuth;
import io.quicpool.config.CongestionControl;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Where and how to listen.
 *
 * @param local the address to bind; port 0 lets the system choose
 * @param maxStreams how many streams one connection may have open at a time, idle and in use
 * @param clientTrust decides whether a client's certificates are accepted; null when clients are not asked
 * @param config the settings of the pool, for everything else
 */
public record ListenSpec(
        InetSocketAddress local, int maxStreams, @Nullable X509TrustManager clientTrust, ServerPoolConfig config) {

    /** Names the threads. */
    public String poolName() {
        return config.name();
    }

    /** What the server presents. */
    public KeyMaterial certificate() {
        return config.certificate();
    }

    /** The application protocol (RFC 7301). */
    public String alpn() {
        return config.alpn();
    }

    /** This side's idle time-out (RFC 9000, section 10.1). */
    public Duration idleTimeout() {
        return config.idleTimeout();
    }

    /** How many handshakes may be under way at a time. */
    public int maxHandshakes() {
        return config.maxPendingHandshakes();
    }

    /** Whether clients must prove their address with a Retry token (RFC 9000, section 8.1.2). */
    public boolean addressValidation() {
        return config.addressValidation();
    }

    /** Whether clients are asked for a certificate. */
    public ClientAuth clientAuth() {
        return config.clientAuth();
    }

    /** The congestion control; null for the engine's default. */
    public @Nullable CongestionControl congestion() {
        return config.congestionControl();
    }
}
