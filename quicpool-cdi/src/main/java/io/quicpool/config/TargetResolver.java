package io.quicpool.config;

import java.io.IOException;
import java.net.InetSocketAddress;

/** Finds the address of a client pool's peer. It is asked at each attempt to connect, so that the pool follows a peer that moves. */
@FunctionalInterface
public interface TargetResolver {

    /**
     * Finds the address. May block; no other pool waits for it.
     *
     * @return the address to connect to, resolved
     * @throws IOException when there is no address at the moment; the pool reports it and asks again later
     */
    InetSocketAddress resolve() throws IOException;
}
