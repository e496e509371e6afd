package io.quicpool.transport.kwik;

import java.util.concurrent.LinkedBlockingQueue;

/**
 * A queue that drops what it has no room for, as a network does; in the place of queues of kwik's that grow without end.
 *
 * @param <E> what waits
 */
final class DroppingQueue<E> extends LinkedBlockingQueue<E> {

    private static final long serialVersionUID = 1L;

    DroppingQueue(int most) {
        super(most);
    }

    @Override
    public boolean add(E element) {
        return offer(element);
    }
}
