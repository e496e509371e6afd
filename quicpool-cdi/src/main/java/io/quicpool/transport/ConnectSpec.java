package io.quicpool.transport;

import io.quicpool.config.CongestionControl;
import io.quicpool.config.KeyMaterial;
import java.net.InetSocketAddress;
import java.time.Duration;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Where and how to connect.
 *
 * @param poolName names the threads
 * @param remote the peer's address, resolved
 * @param serverName the name that is sent to the server (SNI, RFC 6066)
 * @param trust decides whether the server's certificates are accepted, host name included; the engine adds no check
 * @param clientCertificate what the client presents when it is asked; null for nothing
 * @param alpn the application protocol (RFC 7301)
 * @param idleTimeout this side's idle time-out (RFC 9000, section 10.1)
 * @param connectTimeout how long the handshake may take
 * @param congestion the congestion control; null for the engine's default
 */
public record ConnectSpec(
        String poolName,
        InetSocketAddress remote,
        String serverName,
        X509TrustManager trust,
        @Nullable KeyMaterial clientCertificate,
        String alpn,
        Duration idleTimeout,
        Duration connectTimeout,
        @Nullable CongestionControl congestion) {}
