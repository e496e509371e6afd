package io.quicpool.transport.netty;

import io.netty.handler.codec.quic.Quic;
import io.quicpool.transport.ConnectSpec;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.Gate;
import io.quicpool.transport.ListenSpec;
import io.quicpool.transport.Listener;
import io.quicpool.transport.Transport;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The engine {@code netty}: Netty's QUIC codec with quiche, a native library. */
public final class NettyTransport extends Transport {

    /** quiche walks all streams of a connection for each packet. With more streams that dominates; see docs/figures.md. */
    private static final int STREAMS_PER_CONNECTION = 64;

    /** For {@link java.util.ServiceLoader}. */
    public NettyTransport() {}

    @Override
    public String name() {
        return "netty";
    }

    /** An application that adds the jar wants it. */
    @Override
    public int preference() {
        return 1;
    }

    @Override
    public @Nullable String unavailable() {
        if (Transport.class.getModule().isNamed()
                && !NettyTransport.class.getModule().isNamed()) {
            return "quicpool-cdi is on the module path: put quicpool-netty there too";
        }
        try {
            Throwable cause = Quic.unavailabilityCause();
            if (cause != null) {
                return unusable(cause);
            }
        } catch (LinkageError e) {
            return unusable(e);
        }
        // Fails here, and not later on an event loop, if the jar was built with another Netty.
        NettyInternals.load();
        return null;
    }

    private static String unusable(Throwable cause) {
        return "its native library does not load on " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch") + " (" + cause + "): set transport = kwik";
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
    protected Listener bind(ListenSpec spec, Gate.Factory gates) throws IOException {
        return NettyListener.open(spec, gates);
    }
}
