package io.quicpool.docs;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.config.PoolOptions;
import io.quicpool.testing.Pools;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The messages about streams and handlers that docs/troubleshooting.md quotes are real. */
class StreamMessagesTest extends QuotedMessages {

    @Test
    void exhausted() throws Exception {
        ServerPool server = pools.server(s -> s.maxCapacity(1).maxStreamsPerConnection(2));
        ClientPool client = client(server, c -> c.capacity(1, 1).maxWaiting(1));
        PooledStream held = client.take(SOON);
        thrown(catchThrowable(() -> client.take(SHORT)));
        var waiting = client.takeAsync(Duration.ofMinutes(1));
        thrown(catchThrowable(() -> client.take(SHORT)));
        waiting.toCompletableFuture().cancel(false);
        ClientPool bounded = client(pools.server(s -> s), c -> c.capacity(1, 1).option(PoolOptions.MAX_IN_USE, 1));
        PooledStream only = bounded.take(SOON);
        thrown(catchThrowable(() -> bounded.take(SHORT)));
        only.close();
        saysAll("Callers time out");
        assertThat(client.snapshot().totals().timeouts()).isOne();
        held.close();
    }

    @Test
    void noStreamCredit() throws Exception {
        ServerPool server =
                pools.server(s -> s.maxCapacity(1).maxStreamsPerConnection(2).maxConnections(1));
        ClientPool client = client(server, c -> c.capacity(1, 1));
        List<PooledStream> held = new ArrayList<>();
        // Over Netty one stream is kept for what it has in place of a PING.
        for (int i = Pools.CLIENT_ENGINE.equals("netty") ? 1 : 0; i < 2; i++) {
            held.add(server.take(SOON));
            held.add(client.take(held.get(held.size() - 1).id(), Duration.ofSeconds(10)));
        }
        healthShows("No stream credit", client);
        held.forEach(PooledStream::close);
        saysAll("No stream credit");
    }

    @Test
    void serverFull() {
        ServerPool server = pools.server(s -> s.maxCapacity(1).maxStreamsPerConnection(4));
        ClientPool client = client(server, c -> c.capacity(3, 3).idTimeout(Duration.ofSeconds(1)));
        saysAll("The server is full");
        healthShows("The server is full", client);
    }

    @Test
    void inUseGrows() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = client(server, c -> c.capacity(1, 1));
        List<PooledStream> neverClosed = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            neverClosed.add(client.take(SOON));
        }
        assertThat(client.snapshot().taken()).isEqualTo(5);
        healthShows("The number of streams in use keeps growing", client);
        neverClosed.forEach(PooledStream::close);
        await().until(() -> client.snapshot().taken() == 0);
    }

    @Test
    void errors() throws Exception {
        // Compared with the sources, because they need a peer that is no pool, or one in Go.
        inSources("no id within ");
        inSources("the peer ended the stream before its id came");
        inSources("the stream was reset before its id came");
        said.add("the stream was reset before its id came");
        said.add("the peer ended the stream before its id came");
        said.add("no id within 10000 ms");
        saysAll("The error count rises");
    }

    @Test
    void suspended() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = client(server, c -> c.capacity(1, 1));
        Pools.awaitIdle(client, 1);
        client.suspend();
        assertThat(client.ready()).isFalse();
        client.resume();
        saysAll("Not ready although the connection is up");
    }

    @Test
    void handlerThrows() throws Exception {
        ServerPool server = pools.server(s -> s);
        server.serve(stream -> {
            throw new IllegalStateException("a bug");
        });
        ClientPool client = client(server, c -> c.capacity(1, 1));
        try (PooledStream stream = client.take(SOON)) {
            stream.outputStream().write(1);
            thrown(catchThrowable(() -> stream.inputStream().readAllBytes()));
        }
        saysAll("The handler throws");
        healthShows("The handler throws", server);
        assertThat(server.errorCount()).isPositive();
    }

    @Test
    void noHandlerFree() throws Exception {
        ServerPool server = pools.server(s -> s.maxHandlers(1).handlerQueue(0));
        server.serve(stream -> stream.inputStream().readAllBytes());
        ClientPool client = client(server, c -> c.capacity(2, 2));
        try (PooledStream first = client.take(SOON);
                PooledStream second = client.take(SOON)) {
            first.outputStream().write(1);
            await().until(() -> server.handlersRunning() == 1);
            second.outputStream().write(1);
            thrown(catchThrowable(() -> second.inputStream().readAllBytes()));
            saysAll("No handler is free");
            healthShows("No handler is free", server);
            assertThat(server.snapshot().totals().refused().get("handler-busy")).isPositive();
        }
    }

    @Test
    void requestFails() throws Exception {
        ServerPool server =
                pools.server(s -> s.maxRequestBytes(1000).maxHandlers(2).handlerQueue(0));
        server.answer(request -> switch (request.bytes().length) {
            case 1 -> new CompletableFuture<>();
            case 2 -> CompletableFuture.completedFuture(new byte[1001]);
            default -> throw new IllegalStateException("a bug");
        });
        ClientPool client = client(server, c -> c.capacity(2, 2).maxRequestBytes(1000));
        Pools.awaitIdle(client, 2);
        thrown(catchThrowable(() -> client.requestBlocking(new byte[1], SHORT)));
        await().until(() -> server.handlersRunning() == 0);
        for (int size : new int[] {2, 3, 1001}) {
            thrown(catchThrowable(() -> client.requestBlocking(new byte[size], SOON)));
            await().until(() -> server.handlersRunning() == 0);
        }
        var waiting = client.request(new byte[1], SOON).toCompletableFuture();
        await().until(() -> server.handlersRunning() == 1);
        thrown(catchThrowable(() -> client.requestBlocking(new byte[1], SOON)));
        healthShows("A request fails", server);
        assertThat(server.snapshot().totals().refused().get("large-request")).isOne();
        server.close();
        thrown(waiting.handle((answer, failure) -> failure).get());
        thrown(catchThrowable(() -> client.requestBlocking(new byte[1], SHORT)));
        saysAll("A request fails");
    }

    @Test
    void timesOut() throws Exception {
        ServerPool server = pools.server(s -> s.readTimeout(SHORT));
        server.serve(stream -> {
            try {
                stream.inputStream().readAllBytes();
            } catch (IOException e) {
                thrown(e);
                throw e;
            }
        });
        ClientPool client = client(server, c -> c.capacity(1, 1));
        try (PooledStream stream = client.take(SOON)) {
            stream.outputStream().write(1);
            // Compared with the sources, because it needs a peer that reads nothing.
            inSources("the peer accepted no more data");
            said.add("stream 00000000: the peer accepted no more data within 30000 ms; the stream is reset");
            saysAll("A stream times out");
            healthShows("A stream times out", server);
            assertThat(server.snapshot().totals().refused().get("slow-client")).isPositive();
        }
    }

    @Test
    void nobodyAnswers() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = client(server, c -> c.capacity(1, 1));
        try (PooledStream stream = client.take(SOON)) {
            stream.outputStream().write(1);
            saysAll("Clients send and nobody answers");
            healthShows("Clients send and nobody answers", server);
        }
    }
}
