package io.quicpool.config;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Looks up the hosts of targets, instead of the system: {@link Endpoint#resolveAll}. It is asked at each attempt to connect, and with
 * {@code resolve=all} each {@code resolve-interval}, so that the pool follows a peer that moves. It is not asked for IP addresses. Applications may
 * implement it.
 */
@FunctionalInterface
public interface TargetResolver {

    /**
     * Finds the addresses of a target. May block; no other pool waits for it.
     *
     * @param target host and port as configured
     * @return the addresses to connect to, resolved, at least one; their ports may differ from that of the target
     * @throws IOException when there is no address at the moment; the pool reports it and asks again later
     */
    List<InetSocketAddress> resolve(Endpoint target) throws IOException;
}
