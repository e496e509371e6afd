package io.quicpool.transport;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * How many handshakes a server pool has under way, and for how long, by the pool's own rules, for a model in virtual time.
 *
 * @param <C> a client
 */
public final class ModelHandshakes<C> {

    private static final InetSocketAddress ANY = InetSocketAddress.createUnresolved("client", 1);

    private final Handshakes<C> handshakes;

    public ModelHandshakes(int max) {
        handshakes = new Handshakes<>(max, Gate.HANDSHAKE_TIMEOUT, Gate.HANDSHAKE_TIMEOUT_WHEN_FULL);
    }

    /** Starts a handshake if there is room for it. */
    public boolean start(long number, C client, long now) {
        boolean started = handshakes.start(id(number), new Handshakes.Attempt<>(now, ANY, null));
        if (started) {
            handshakes.created(id(number), client);
        }
        return started;
    }

    private static byte[] id(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    /** Gives up those that take too long, and returns their clients, which are not told. */
    public List<C> sweep(long now) {
        List<C> clients = new ArrayList<>();
        for (Handshakes.Attempt<C> each : handshakes.removeOverdue(now)) {
            if (each.connection != null) {
                clients.add(each.connection);
            }
        }
        return clients;
    }

    /** A handshake is complete. */
    public void complete(long number) {
        handshakes.finish(id(number), false);
    }
}
