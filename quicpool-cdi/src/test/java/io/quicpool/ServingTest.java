package io.quicpool;

import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.Pools;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Client-led use: the client takes any stream and speaks, the server's handler answers. */
@Tag("contract")
class ServingTest {

    private static final Duration SOON = Duration.ofSeconds(5);

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    private ClientPool served(StreamHandler handler) {
        ServerPool server = pools.server(s -> s);
        server.serve(handler);
        ClientPool client = pools.client(server, c -> c.capacity(8, 8));
        awaitIdle(client, 8);
        return client;
    }

    private static byte[] ask(ClientPool client, byte[] request) throws IOException, InterruptedException {
        try (PooledStream stream = client.incomingGet(SOON)) {
            stream.readTimeout(SOON);
            stream.outputStream().write(request);
            stream.outputStream().close();
            return stream.inputStream().readAllBytes();
        }
    }

    private static void echo(PooledStream stream) throws IOException {
        stream.outputStream().write(stream.inputStream().readAllBytes());
    }

    @Test
    void requestsAreAnsweredEachOnAStreamOfItsOwn() throws Exception {
        ClientPool client = served(ServingTest::echo);
        for (int size : new int[] {1, 10, 1000, 100_000, 1}) {
            byte[] request = new byte[size];
            Arrays.fill(request, (byte) size);
            assertThat(ask(client, request)).isEqualTo(request);
        }
        assertThat(client.snapshot().totals().handedOut()).isEqualTo(5);
    }

    /** Many, for it is a race: what is closed at once may be given up by either side before it is heard. */
    @Test
    void whoSaysSomethingAndGoesIsHeard() throws Exception {
        int times = 5000;
        AtomicInteger heard = new AtomicInteger();
        ServerPool server = pools.server(s -> s);
        server.serve(stream -> heard.addAndGet(stream.inputStream().readAllBytes().length));
        ClientPool client = pools.client(server, c -> c.capacity(8, 8));
        awaitIdle(client, 8);
        for (int i = 0; i < times; i++) {
            try (PooledStream stream = client.incomingGet(SOON)) {
                stream.outputStream().write(1);
            }
        }
        await().untilAsserted(() -> assertThat(heard.get())
                .as("%s, %s", client.snapshot(), server.snapshot())
                .isEqualTo(times));
    }

    @Test
    void theHandlerRunsOnAThreadOfThePoolAndKnowsTheClient() throws Exception {
        AtomicReference<String> thread = new AtomicReference<>("");
        AtomicReference<Object> client = new AtomicReference<>("");
        ClientPool pool = served(stream -> {
            thread.set(Thread.currentThread().getName());
            client.set(stream.remoteAddress());
            echo(stream);
        });
        assertThat(ask(pool, new byte[] {1})).containsExactly(1);
        assertThat(thread.get()).startsWith("quicpool-server-handler-");
        assertThat(client.get()).isEqualTo(pool.snapshot().peers().get(0).local());
    }

    @Test
    void streamsThatWereThereBeforeTheHandlerAreServedToo() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(8, 8));
        awaitIdle(client, 8);
        awaitIdle(server, 8);
        server.serve(ServingTest::echo);
        for (int i = 0; i < 8; i++) {
            assertThat(ask(client, new byte[] {(byte) i})).containsExactly(i);
        }
        assertThatThrownBy(() -> server.serve(ServingTest::echo))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has a handler already");
    }

    @Test
    void aHandlerThatThrowsCostsItsStreamOnly() throws Exception {
        ClientPool client = served(stream -> {
            int first = stream.inputStream().read();
            if (first == 0) {
                throw new IllegalStateException("a handler that throws");
            }
            if (first == 1) {
                throw new AssertionError("an error in a handler");
            }
            stream.outputStream().write(first);
        });
        assertThatThrownBy(() -> ask(client, new byte[] {0})).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ask(client, new byte[] {1})).isInstanceOf(IOException.class);
        assertThat(ask(client, new byte[] {2})).containsExactly(2);
        assertThat(client.ready()).isTrue();
    }

    @Test
    void aStreamThatTheExecutorRejectsIsReset() throws Exception {
        ServerPool server = pools.server(s -> s);
        server.serve(ServingTest::echo, task -> {
            throw new RejectedExecutionException("busy");
        });
        ClientPool client = pools.client(server, c -> c.capacity(2, 2));
        awaitIdle(client, 2);
        assertThatThrownBy(() -> ask(client, new byte[] {1})).isInstanceOf(IOException.class);
        assertThat(server.snapshot().totals().refused()).containsEntry("handler-busy", 1L);
        await().until(() -> server.snapshot().taken() == 0);
    }

    @Test
    void closingInterruptsAHandlerThatGoesOn() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        ServerPool server = pools.server(s -> s);
        server.serve(stream -> {
            begun.countDown();
            try {
                Thread.currentThread().join();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        });
        ClientPool client = pools.client(server, c -> c.capacity(2, 2));
        try (PooledStream stream = client.incomingGet(SOON)) {
            stream.outputStream().write(1);
            assertThat(begun.await(5, TimeUnit.SECONDS)).isTrue();
            server.close();
            assertThat(interrupted.await(5, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(server.state()).isEqualTo(PoolState.CLOSED);
    }
}
