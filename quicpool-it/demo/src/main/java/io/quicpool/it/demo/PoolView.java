package io.quicpool.it.demo;

import io.quicpool.jmx.ClientPoolMXBean;
import io.quicpool.jmx.ServerPoolMXBean;
import io.quicpool.jmx.StreamPoolMXBean;
import org.jspecify.annotations.Nullable;

/** What the page shows of a pool. */
record PoolView(
        String kind,
        String name,
        boolean ready,
        String state,
        String link,
        int idle,
        int taken,
        int capacity,
        int waiting,
        @Nullable Integer minCapacity,
        int maxCapacity,
        long opened,
        long handedOut,
        long connects,
        long lost,
        long timeouts,
        long errors,
        @Nullable String lastError) {

    static PoolView of(StreamPoolMXBean pool) {
        ClientPoolMXBean client = pool instanceof ClientPoolMXBean one ? one : null;
        return new PoolView(
                client != null ? "client" : "server",
                pool.getName(),
                pool.isReady(),
                pool.getState(),
                pool.getLink(),
                pool.getActive(),
                pool.getTaken(),
                pool.getCapacity(),
                pool.getWaiting(),
                client != null ? Integer.valueOf(client.getMinCapacity()) : null,
                client != null ? client.getMaxCapacity() : ((ServerPoolMXBean) pool).getMaxCapacity(),
                pool.getOpened(),
                pool.getHandedOut(),
                pool.getConnects(),
                pool.getLost(),
                pool.getTimeouts(),
                pool.getErrorCount(),
                pool.getLastError());
    }
}
