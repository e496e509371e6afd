package io.quicpool.transport.kwik;

import io.quicpool.config.ClientAuth;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ConfigException;
import io.quicpool.config.CongestionControl;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.transport.ConnectSpec;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.Gate;
import io.quicpool.transport.ListenSpec;
import io.quicpool.transport.Listener;
import io.quicpool.transport.Transport;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The engine {@code kwik}: QUIC in pure Java. */
public final class KwikTransport extends Transport {

    /** The receive window of a stream, in bytes. */
    static final long STREAM_BUFFER = 256 * 1024;

    /** The receive window of a connection, in bytes. */
    static final long CONNECTION_BUFFER = 16 * 1024 * 1024;

    /** For {@link java.util.ServiceLoader}. */
    public KwikTransport() {}

    @Override
    public String name() {
        return "kwik";
    }

    @Override
    public @Nullable String unavailable() {
        return KwikAvailability.problem();
    }

    @Override
    public void check(ClientPoolConfig config) {
        refuse(config.congestionControl());
    }

    @Override
    public void check(ServerPoolConfig config) {
        refuse(config.congestionControl());
        if (config.clientAuth() != ClientAuth.NONE) {
            throw new ConfigException(
                    "client-auth",
                    config.clientAuth().text(),
                    "must be none with transport = kwik, which cannot ask a client for its certificate; netty can");
        }
    }

    private static void refuse(@Nullable CongestionControl wanted) {
        if (wanted != null) {
            throw new ConfigException(
                    "congestion-control",
                    wanted.text(),
                    "must not be set with transport = kwik, which has no choice; netty has");
        }
    }

    /** No limit: the cost of an idle stream does not depend on how many there are. */
    @Override
    public int streamsPerConnection() {
        return Integer.MAX_VALUE;
    }

    @Override
    public Connection connect(ConnectSpec spec, ConnectionEvents events) throws IOException, InterruptedException {
        return new KwikConnector(spec, events).connect();
    }

    @Override
    protected Listener bind(ListenSpec spec, Gate.Factory gates) throws IOException {
        return KwikListener.open(spec, gates);
    }
}
