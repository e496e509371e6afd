package io.quicpool.it.aioquic;

import io.quicpool.ServerPool;
import io.quicpool.it.aioquic.Caller.Trips;
import io.quicpool.testing.Pools;

/** A server and its client that nobody attacks. If the machine delays these, it may delay all others too. */
final class Control implements AutoCloseable {

    private final Pools pools = new Pools();
    private final ServerPool server;
    private final Caller caller;

    Control(String engine) {
        server = pools.server(s -> s.transport(engine).keepAlive(Victim.KEEP_ALIVE));
        server.serve(stream -> stream.outputStream().write(stream.inputStream().readAllBytes()));
        caller = new Caller(pools.client(
                "127.0.0.1:" + port(), c -> c.transport(engine).capacity(16, 32).keepAlive(Victim.KEEP_ALIVE)));
    }

    /** The port of its server, for other honest clients. */
    int port() {
        return server.localAddress().getPort();
    }

    /** Its round trips since the last call. */
    Trips trips() throws InterruptedException {
        return caller.trips(0);
    }

    @Override
    public void close() {
        caller.close();
        pools.close();
    }
}
