package io.quicpool.transport.kwik;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * A bounded queue that drops what does not fit, as a network does. It replaces kwik's unbounded queues.
 *
 * @param <E> the elements
 */
final class DroppingQueue<E> extends LinkedBlockingQueue<E> {

    private static final long serialVersionUID = 1L;

    private final transient Consumer<E> dropped;

    /** {@code dropped} receives each element that does not fit. */
    DroppingQueue(int capacity, Consumer<E> dropped) {
        super(capacity);
        this.dropped = dropped;
    }

    @Override
    public boolean add(E element) {
        boolean added = offer(element);
        if (!added) {
            dropped.accept(element);
        }
        return added;
    }
}
