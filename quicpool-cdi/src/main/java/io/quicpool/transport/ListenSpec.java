package io.quicpool.transport;

import io.quicpool.config.ClientAuth;
import io.quicpool.config.CongestionControl;
import io.quicpool.config.KeyMaterial;
import java.net.InetSocketAddress;
import java.time.Duration;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Where and how to listen.
 *
 * @param poolName names the threads
 * @param local the address to bind; port 0 lets the system choose
 * @param certificate what the server presents
 * @param alpn the application protocol (RFC 7301)
 * @param idleTimeout this side's idle time-out (RFC 9000, section 10.1)
 * @param maxStreams how many streams one connection may have open at a time, idle and in use
 * @param maxHandshakes how many handshakes may be under way at a time
 * @param addressValidation whether clients must prove their address with a Retry token (RFC 9000, section 8.1.2)
 * @param clientAuth whether clients are asked for a certificate
 * @param clientTrust decides whether a client's certificates are accepted; null when clients are not asked
 * @param congestion the congestion control; null for the engine's default
 */
public record ListenSpec(
        String poolName,
        InetSocketAddress local,
        KeyMaterial certificate,
        String alpn,
        Duration idleTimeout,
        int maxStreams,
        int maxHandshakes,
        boolean addressValidation,
        ClientAuth clientAuth,
        @Nullable X509TrustManager clientTrust,
        @Nullable CongestionControl congestion) {}
