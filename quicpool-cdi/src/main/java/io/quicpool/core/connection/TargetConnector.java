package io.quicpool.core.connection;

import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Connects to an address of a target and reports the outcome to {@link Addresses}. Thread-safe. */
public final class TargetConnector implements Connector {

    /** Connects with an engine. Blocks. */
    public interface Engine {
        Connection connect(InetSocketAddress address, ConnectionEvents events) throws IOException, InterruptedException;
    }

    private final Addresses addresses;
    private final Engine engine;

    public TargetConnector(Addresses addresses, Engine engine) {
        this.addresses = addresses;
        this.engine = engine;
    }

    @Override
    public Connection connect(ConnectionEvents events) throws IOException, InterruptedException {
        return addresses.connect(address -> engine.connect(address, events));
    }

    @Override
    public void verified(Connection connection) {
        addresses.verified(connection.remoteAddress());
    }

    @Override
    public void failed(Connection connection) {
        addresses.failed(connection.remoteAddress());
    }

    @Override
    public boolean hasOther(Connection than) {
        return addresses.hasOther(than.remoteAddress());
    }

    @Override
    public boolean exhausted() {
        return addresses.exhausted();
    }

    @Override
    public void close() {
        addresses.close();
    }

    @Override
    public boolean isLookingUp() {
        return addresses.isLookingUp();
    }
}
