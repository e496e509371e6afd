package io.quicpool.cdi;

import io.quicpool.PoolListener;
import io.quicpool.StreamPool;
import jakarta.enterprise.event.Event;

/** Passes what a pool tells on to CDI observers. */
final class EventTeller implements PoolListener {

    private final Event<PoolEvent> events;
    private final ApplicationLoader loader;

    EventTeller(Event<PoolEvent> events, ApplicationLoader loader) {
        this.events = events;
        this.loader = loader;
    }

    @Override
    public void ready(StreamPool pool) {
        loader.run(() -> events.fire(new PoolEvent.Ready(pool)));
    }

    @Override
    public void peerLost(StreamPool pool, String reason) {
        loader.run(() -> events.fire(new PoolEvent.PeerLost(pool, reason)));
    }

    @Override
    public void recovered(StreamPool pool) {
        loader.run(() -> events.fire(new PoolEvent.Recovered(pool)));
    }
}
