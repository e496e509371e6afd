package io.quicpool.transport.kwik;

import io.quicpool.TlsSession;
import java.net.InetSocketAddress;
import java.time.Duration;

/** What is known of a connection once its handshake is complete. */
record HandshakeInfo(
        InetSocketAddress local,
        InetSocketAddress remote,
        TlsSession tls,
        Duration idleTimeout,
        long initialMaxStreams) {}
