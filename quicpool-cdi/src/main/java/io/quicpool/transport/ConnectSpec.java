package io.quicpool.transport;

import io.quicpool.config.CongestionControl;
import io.quicpool.config.KeyMaterial;
import java.net.InetSocketAddress;
import java.time.Duration;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whereto and how to connect.
 *
 * @param poolName names the threads
 * @param remote the peer's address, resolved
 * @param serverName the name that is sent to the server (SNI, RFC 6066)
 * @param trust decides whether the server's certificates are accepted, host name and all; the engine adds no check
 * @param clientCertificate what the client presents when it is asked; null for nothing
 * @param alpn the application protocol (RFC 7301)
 * @param idleTimeout after how long without a word from the peer the connection is lost, as far as this side is concerned
 * @param connectTimeout how long the handshake may take
 * @param congestion how fast to go on after loss; null for the engine's own
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
