package io.quicpool.transport.engine;

import io.quicpool.TlsSession;
import java.net.InetSocketAddress;
import java.time.Duration;

/** What is known of a connection once its handshake is complete. */
public record HandshakeInfo(InetSocketAddress local, InetSocketAddress remote, TlsSession tls, Duration idleTimeout) {}
