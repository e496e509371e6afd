package io.quicpool.core.connection;

import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import java.io.IOException;

/** Makes one connection at a time, to the address that is most likely to work. */
public interface Connector {
    /** Connects. Blocks. */
    Connection connect(ConnectionEvents events) throws IOException, InterruptedException;

    /** An id was received on the connection: its address works. */
    default void verified(Connection connection) {}

    /** The connection was lost: its address does not work now. */
    default void failed(Connection connection) {}

    /** Whether another address is known. */
    default boolean hasOther(Connection than) {
        return false;
    }

    /** Whether all addresses have failed, so that a pause is due. */
    default boolean exhausted() {
        return true;
    }

    /** Makes no further connection. Does not block. */
    default void close() {}

    /** Whether it is in a look-up, which no interrupt ends. The result of that is dropped once this is closed. */
    default boolean isLookingUp() {
        return false;
    }
}
