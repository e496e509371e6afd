package io.quicpool.cdi;

import io.quicpool.PoolListener;
import io.quicpool.StreamPool;
import jakarta.enterprise.event.Event;

/** Passes the events of a pool to CDI observers. */
final class EventPublisher implements PoolListener {

    private final Event<PoolEvent> events;
    private final ApplicationContext context;

    EventPublisher(Event<PoolEvent> events, ApplicationContext context) {
        this.events = events;
        this.context = context;
    }

    @Override
    public void ready(StreamPool pool) {
        context.run(() -> events.fire(new PoolEvent.Ready(pool)));
    }

    @Override
    public void peerLost(StreamPool pool, String reason) {
        context.run(() -> events.fire(new PoolEvent.PeerLost(pool, reason)));
    }

    @Override
    public void recovered(StreamPool pool) {
        context.run(() -> events.fire(new PoolEvent.Recovered(pool)));
    }
}
