package io.quicpool.transport.kwik;

import io.quicpool.transport.ConnectSpec;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.ListenSpec;
import io.quicpool.transport.Listener;
import io.quicpool.transport.ListenerEvents;
import io.quicpool.transport.Transport;
import java.io.IOException;

/** The engine {@code kwik}: QUIC in pure Java. */
public final class KwikTransport implements Transport {

    /** How much of what the peer sends is kept for one stream until it is read. */
    static final long STREAM_BUFFER = 256 * 1024;

    /** How much is kept for all streams of a connection. */
    static final long CONNECTION_BUFFER = 16 * 1024 * 1024;

    static {
        // Our trust manager decides, which kwik's builder announces on standard output as no check at all.
        System.setProperty("tech.kwik.core.no-security-warnings", "true");
    }

    /** For {@link java.util.ServiceLoader}. */
    public KwikTransport() {}

    @Override
    public String name() {
        return "kwik";
    }

    @Override
    public Connection connect(ConnectSpec spec, ConnectionEvents events) throws IOException, InterruptedException {
        return new KwikConnector(spec, events).connect();
    }

    @Override
    public Listener listen(ListenSpec spec, ListenerEvents events) throws IOException {
        return KwikListener.open(spec, events);
    }
}
