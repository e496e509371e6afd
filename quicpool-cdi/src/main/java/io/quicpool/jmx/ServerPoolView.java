package io.quicpool.jmx;

import io.quicpool.ServerPool;
import io.quicpool.config.Endpoint;

final class ServerPoolView extends PoolView<ServerPool> implements ServerPoolMXBean {

    ServerPoolView(ServerPool pool) {
        super(pool);
    }

    @Override
    public String getLocalAddress() {
        return Endpoint.text(pool.localAddress());
    }

    @Override
    public int getMaxCapacity() {
        return pool.capacity();
    }

    @Override
    public int getHandlersRunning() {
        return pool.handlersRunning();
    }

    @Override
    public int getHandlersWaiting() {
        return pool.handlersWaiting();
    }

    @Override
    public void setMaxCapacity(int streams) {
        try {
            pool.maxCapacity(streams);
        } catch (IllegalArgumentException e) {
            throw readable(e);
        }
    }
}
