package io.quicpool.jmx;

import io.quicpool.ServerPool;

final class ServerPoolView extends PoolView<ServerPool> implements ServerPoolMXBean {

    ServerPoolView(ServerPool pool) {
        super(pool);
    }

    @Override
    public String getLocalAddress() {
        return Addresses.text(pool.localAddress());
    }

    @Override
    public int getMaxCapacity() {
        return pool.capacity();
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
