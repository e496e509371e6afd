package io.quicpool.jmx;

import io.quicpool.ServerPool;

final class ServerPoolView extends PoolView<ServerPool> implements ServerPoolMXBean {

    ServerPoolView(ServerPool pool) {
        super(pool);
    }

    static ServerPool serverOf(ServerPoolMXBean bean) {
        return ((ServerPoolView) bean).pool;
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
