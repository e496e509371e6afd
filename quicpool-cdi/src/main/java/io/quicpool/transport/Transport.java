package io.quicpool.transport;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ConfigException;
import io.quicpool.config.ServerPoolConfig;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A QUIC engine. One instance serves all pools that use it; it has no state. */
public abstract class Transport {

    /** For engines. */
    protected Transport() {}

    /**
     * The name of the engine in a configuration.
     *
     * @return such as {@code kwik}
     */
    public abstract String name();

    /**
     * With {@code transport = auto}, a pool uses the engine with the highest number that can be used.
     *
     * @return 0 for the engine that every application has
     */
    public int preference() {
        return 0;
    }

    /**
     * Whether everything that the engine needs is there.
     *
     * @return null when it is, else what is missing and what helps, for people
     */
    public @Nullable String unavailable() {
        return null;
    }

    /**
     * Rejects settings that the engine does not support.
     *
     * @throws ConfigException which names the setting
     */
    public void check(ClientPoolConfig config) {}

    /**
     * Rejects settings that the engine does not support.
     *
     * @throws ConfigException which names the setting
     */
    public void check(ServerPoolConfig config) {}

    /**
     * The default of {@code streams-per-connection} for this engine, as measured.
     *
     * @return at least 1
     */
    public abstract int streamsPerConnection();

    /**
     * Connects. Blocks until the handshake has succeeded, failed, or timed out.
     *
     * @param spec where and how
     * @param events receives the events of the connection; may be called before this method returns
     * @throws IOException when connecting fails; the message is for people, and has the reason that TLS gave
     * @throws InterruptedException when the thread is interrupted; nothing is left open
     */
    public abstract Connection connect(ConnectSpec spec, ConnectionEvents events)
            throws IOException, InterruptedException;

    /**
     * Binds an address and listens on it.
     *
     * @param spec where and how
     * @param events receives the events of the listener
     * @throws IOException when the address cannot be bound, or the engine cannot use that kind of certificate
     */
    public final Listener listen(ListenSpec spec, ListenerEvents events) throws IOException {
        return bind(spec, new Gate.Factory(spec, events));
    }

    /**
     * Binds an address and listens on it, behind a gate. The engine shows the gate each datagram of an unknown client, and reports
     * connections to nothing else.
     *
     * @param spec where and how
     * @param gates makes the gate of the listener
     * @throws IOException as {@link #listen}
     */
    protected abstract Listener bind(ListenSpec spec, Gate.Factory gates) throws IOException;
}
