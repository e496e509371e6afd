package io.quicpool.it.bench.small;

import io.quicpool.transport.ConnectSpec;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.Gate;
import io.quicpool.transport.ListenSpec;
import io.quicpool.transport.Listener;
import io.quicpool.transport.Transport;

/** An engine without a network, so that what a real pool does is measured alone. Each stream has its id at once. */
public final class InstantTransport extends Transport {

    /** For {@code transport} in a configuration. */
    static final String NAME = "instant";

    private static final int ALL = 65_536;

    /** For the service loader. */
    public InstantTransport() {}

    @Override
    public String name() {
        return NAME;
    }

    // Never chosen by itself.
    @Override
    public int preference() {
        return Integer.MIN_VALUE;
    }

    @Override
    public int streamsPerConnection() {
        return ALL;
    }

    @Override
    public Connection connect(ConnectSpec spec, ConnectionEvents events) {
        return new InstantConnection(spec.remote(), ALL);
    }

    @Override
    protected Listener bind(ListenSpec spec, Gate.Factory gates) {
        throw new UnsupportedOperationException("a client's engine only");
    }
}
