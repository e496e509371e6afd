package io.quicpool.transport;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ConfigException;
import io.quicpool.config.ServerPoolConfig;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A QUIC engine. One instance serves every pool that asks for it; it holds nothing of its own. */
public interface Transport {

    /**
     * The name by which a configuration asks for this engine.
     *
     * @return such as {@code kwik}
     */
    String name();

    /**
     * Whether everything that the engine needs is there.
     *
     * @return null when it is, else what is missing and what helps, for people
     */
    default @Nullable String unavailable() {
        return null;
    }

    /**
     * Refuses settings that the engine cannot do.
     *
     * @param config the settings
     * @throws ConfigException which names the setting
     */
    default void check(ClientPoolConfig config) {}

    /**
     * Refuses settings that the engine cannot do.
     *
     * @param config the settings
     * @throws ConfigException which names the setting
     */
    default void check(ServerPoolConfig config) {}

    /**
     * How many streams a connection should carry, as measured, where nothing else is set.
     *
     * @return at least 1
     */
    int streamsPerConnection();

    /**
     * Connects. Blocks until the handshake is done, has failed, or has taken longer than its time.
     *
     * @param spec whereto and how
     * @param events what is told of the connection; may be called before this method returns
     * @return the connection, established
     * @throws IOException when it cannot be made; the message is for people, and names the reason that TLS gave
     * @throws InterruptedException when the thread is interrupted; nothing is left open
     */
    Connection connect(ConnectSpec spec, ConnectionEvents events) throws IOException, InterruptedException;

    /**
     * Binds an address and listens on it.
     *
     * @param spec where and how
     * @param events what is told of the listener
     * @return the listener, listening
     * @throws IOException when the address cannot be bound or the certificate is of a kind that the engine cannot use
     */
    Listener listen(ListenSpec spec, ListenerEvents events) throws IOException;
}
