package io.quicpool.transport.kwik;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.server.ServerConnectionRegistry;
import tech.kwik.core.server.impl.ServerConnectionImpl;
import tech.kwik.core.server.impl.ServerConnectionProxy;

/** The connections of a listener, by each connection id that a client may use. kwik enters and removes the ids. Any thread. */
final class ConnectionTable implements ServerConnectionRegistry {

    private final Map<ByteBuffer, ServerConnectionProxy> byId = new ConcurrentHashMap<>();

    @Nullable ServerConnectionProxy get(byte[] id) {
        return byId.get(key(id));
    }

    @Override
    public void registerConnection(ServerConnectionProxy connection, byte[] id) {
        byId.put(key(id), connection);
        // It may have ended before kwik enters it.
        if (connection.isClosed()) {
            byId.remove(key(id), connection);
        }
    }

    @Override
    public void deregisterConnection(ServerConnectionProxy connection, byte[] id) {
        byId.remove(key(id));
    }

    @Override
    public void registerAdditionalConnectionId(byte[] current, byte[] another) {
        ServerConnectionProxy connection = get(current);
        if (connection != null) {
            registerConnection(connection, another);
        }
    }

    @Override
    public void deregisterConnectionId(byte[] id) {
        byId.remove(key(id));
    }

    @Override
    public Stream<ServerConnectionProxy> getAllConnections() {
        return byId.values().stream().distinct();
    }

    /** Removes a connection that has ended. */
    void remove(ServerConnectionImpl connection) {
        byId.remove(key(connection.getOriginalDestinationConnectionId()));
        connection.getActiveConnectionIds().forEach(this::deregisterConnectionId);
    }

    private static ByteBuffer key(byte[] id) {
        return ByteBuffer.wrap(id);
    }
}
