package io.quicpool;

import static io.quicpool.testing.Pools.awaitIdle;
import static java.util.concurrent.CompletableFuture.completedFuture;

import io.quicpool.testing.Pools;
import org.junit.jupiter.api.AfterEach;

/** A server that answers requests, and a client of it. */
abstract class AnsweredPools {

    final Pools pools = new Pools();

    @SuppressWarnings("NullAway.Init") // each test opens one
    ServerPool server;

    @AfterEach
    void close() {
        pools.close();
    }

    ClientPool answered(RequestHandler handler) {
        server = pools.server(s -> s);
        server.answer(handler);
        return client();
    }

    ClientPool client() {
        ClientPool client = pools.client(server, c -> c.capacity(8, 8));
        awaitIdle(client, 8);
        return client;
    }

    static RequestHandler echo() {
        return request -> completedFuture(request.bytes());
    }
}
