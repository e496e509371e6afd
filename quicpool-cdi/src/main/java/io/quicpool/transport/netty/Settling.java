package io.quicpool.transport.netty;

import io.netty.channel.Channel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Streams that are over on this side, until quiche has let go of them. Of a stream that either side was told to stop it lets go, and
 * gives its peer the credit back, only when something that this side sent on it is acknowledged, or written, after both ends are
 * known. So the last word on it is kept back until the peer's end has come, and said once more until it is gone. quiche tells none of
 * that: it is looked for every few milliseconds. On the event loop.
 */
final class Settling {

    private static final int PAUSE_MILLIS = 5;
    private static final int LONGEST_LOOKS = 2000;

    private final Channel connection;
    // How often each was looked at.
    private final Map<NettyStream, Integer> looks = new LinkedHashMap<>();
    private boolean looking;

    Settling(Channel connection) {
        this.connection = connection;
    }

    void add(NettyStream stream) {
        if (connection.isOpen()) {
            looks.put(stream, 0);
            later();
        }
    }

    private void later() {
        if (!looking && !looks.isEmpty() && connection.isOpen()) {
            looking = true;
            var next = connection.eventLoop().schedule(this::look, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            assert next != null;
        }
    }

    private void look() {
        looking = false;
        for (NettyStream stream : List.copyOf(looks.keySet())) {
            int look = looks.merge(stream, 1, Integer::sum);
            if (look > LONGEST_LOOKS || stream.isGone()) {
                looks.remove(stream);
                stream.dispose();
            } else if (Integer.bitCount(look) == 1 && stream.isStuck()) {
                // At ever longer distances: it may be a frame each time.
                stream.lastWord();
            }
        }
        later();
    }
}
