package io.quicpool.config;

import java.io.IOException;
import java.net.InetSocketAddress;

/** Finds the address of a client pool's peer; asked at each connect, so that a pool follows its peer wherever it moves. */
@FunctionalInterface
public interface TargetResolver {

    /**
     * Finds the address. May block; no other pool waits for it.
     *
     * @return the address to connect to now, resolved
     * @throws IOException when there is none now; the pool reports it and asks again later
     */
    InetSocketAddress resolve() throws IOException;
}
