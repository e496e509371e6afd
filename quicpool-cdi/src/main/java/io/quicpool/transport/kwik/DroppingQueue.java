package io.quicpool.transport.kwik;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * A queue that drops what it has no room for, as a network does; in the place of queues of kwik's that grow without end.
 *
 * @param <E> what waits
 */
final class DroppingQueue<E> extends LinkedBlockingQueue<E> {

    private static final long serialVersionUID = 1L;

    private final transient Consumer<E> dropped;

    /** The last argument is told of each that finds no room. */
    DroppingQueue(int most, Consumer<E> dropped) {
        super(most);
        this.dropped = dropped;
    }

    @Override
    public boolean add(E element) {
        boolean room = offer(element);
        if (!room) {
            dropped.accept(element);
        }
        return room;
    }
}
