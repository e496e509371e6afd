package io.quicpool.transport.netty;

import io.quicpool.transport.ConnectSpec;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.ListenSpec;
import io.quicpool.transport.Listener;
import io.quicpool.transport.ListenerEvents;
import io.quicpool.transport.Transport;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The engine {@code netty}: Netty's QUIC codec with quiche, a native library. Refers to no class of Netty, which may be missing. */
public final class NettyTransport implements Transport {

    /** quiche walks all streams of a connection for each packet. With more streams that dominates; see docs/figures.md. */
    private static final int STREAMS_PER_CONNECTION = 64;

    /** For {@link java.util.ServiceLoader}. */
    public NettyTransport() {}

    @Override
    public String name() {
        return "netty";
    }

    @Override
    public @Nullable String unavailable() {
        return NettyAvailability.problem();
    }

    @Override
    public int streamsPerConnection() {
        return STREAMS_PER_CONNECTION;
    }

    @Override
    public Connection connect(ConnectSpec spec, ConnectionEvents events) throws IOException, InterruptedException {
        return new NettyConnector(spec, events).connect();
    }

    @Override
    public Listener listen(ListenSpec spec, ListenerEvents events) throws IOException {
        return NettyListener.open(spec, events);
    }
}
