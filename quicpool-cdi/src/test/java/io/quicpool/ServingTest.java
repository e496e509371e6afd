package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.HandlerExecutor;
import io.quicpool.testing.LogOf;
import io.quicpool.testing.Pools;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Client-led use: the client takes any stream and writes, the handler of the server answers. */
@Tag("contract")
class ServingTest {

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
        try (PooledStream stream = client.take(SOON)) {
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

    /** Many, because it is a race: either side may discard a stream that is closed at once. */
    @Test
    void aStreamThatIsClosedAtOnceIsServed() throws Exception {
        int times = 5000;
        AtomicInteger heard = new AtomicInteger();
        ServerPool server = pools.server(s -> s);
        server.serve(stream -> heard.addAndGet(stream.inputStream().readAllBytes().length));
        ClientPool client = pools.client(server, c -> c.capacity(8, 8));
        awaitIdle(client, 8);
        for (int i = 0; i < times; i++) {
            try (PooledStream stream = client.take(SOON)) {
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
                .hasMessageContaining("there is a handler already");
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
        await().until(() -> server.snapshot().taken() == 0);
        assertThat(server.snapshot().totals().refused()).containsEntry("handler-busy", 1L);
    }

    @Test
    void anExceptionOfTheExecutorCostsOnlyItsStream() throws Exception {
        ServerPool server = pools.server(s -> s);
        AtomicInteger tasks = new AtomicInteger();
        server.serve(ServingTest::echo, task -> {
            switch (tasks.incrementAndGet()) {
                case 1 -> throw new IllegalStateException("the application has stopped");
                case 2 -> throw new AssertionError("an error in an executor");
                case 3 -> {
                    new Thread(task).start();
                    throw new RejectedExecutionException("and yet it runs");
                }
                default -> new Thread(task).start();
            }
        });
        ClientPool client = pools.client(server, c -> c.capacity(2, 2));
        awaitIdle(client, 2);
        assertThatThrownBy(() -> ask(client, new byte[] {1})).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ask(client, new byte[] {2})).isInstanceOf(IOException.class);
        try {
            assertThat(ask(client, new byte[] {3})).containsExactly(3);
        } catch (IOException e) {
            // Refused by one of the two, and never by both.
            assertThat(server.snapshot().totals().refused()).containsEntry("handler-busy", 3L);
        }
        assertThat(ask(client, new byte[] {4})).containsExactly(4);
        assertThat(server.snapshot().totals().refused().get("handler-busy")).isBetween(2L, 3L);
        await().until(() -> server.snapshot().taken() == 0 && server.handlersRunning() == 0);
    }

    /** A container's executor may stop before the pools of the application do. */
    @Test
    void aStreamThatTheContainerRejectsIsServedByThePool() throws Exception {
        ServerPool server = pools.server(s -> s.handlerExecutor(HandlerExecutor.CONTAINER));
        ExecutorService container = Executors.newSingleThreadExecutor();
        Queue<String> threads = new ConcurrentLinkedQueue<>();
        server.serve(
                stream -> {
                    threads.add(Thread.currentThread().getName());
                    echo(stream);
                },
                container);
        ClientPool client = pools.client(server, c -> c.capacity(2, 2));
        assertThat(ask(client, new byte[] {1})).containsExactly(1);
        assertThat(threads.remove()).doesNotStartWith("quicpool");
        container.shutdownNow();
        assertThat(ask(client, new byte[] {2})).containsExactly(2);
        assertThat(threads.remove()).startsWith("quicpool-server-handler-");
        assertThat(server.snapshot().totals().refused()).containsEntry("handler-busy", 0L);
    }

    /** A thread of the engine delivers all streams. */
    @Test
    void noHandlerRunsOnAThreadOfTheEngine() throws Exception {
        ServerPool server = pools.server(s -> s);
        CountDownLatch end = new CountDownLatch(1);
        server.serve(
                stream -> {
                    if (stream.inputStream().read() == 0) {
                        end.await();
                    }
                    stream.outputStream().write(1);
                },
                Runnable::run);
        ClientPool client = pools.client(server, c -> c.capacity(2, 2));
        try (PooledStream stream = client.take(SOON);
                LogOf log = new LogOf("io.quicpool")) {
            stream.outputStream().write(0);
            await().until(() -> server.handlersRunning() == 1);
            assertThat(ask(client, new byte[] {2})).containsExactly(1);
            end.countDown();
            assertThat(stream.inputStream().read()).isEqualTo(1);
            assertThat(log.lines("runs tasks in the calling thread").size()).isLessThanOrEqualTo(1);
        }
    }

    /** Where the executor of the user has no thread but that of the handler that has just ended, it serves the next. */
    @Test
    void anExecutorThatQueuesNothingServesThoseThatWait() throws Exception {
        ServerPool server = pools.server(s -> s.maxHandlers(2).handlerQueue(64));
        var one = new ThreadPoolExecutor(0, 1, 1, TimeUnit.SECONDS, new SynchronousQueue<>());
        CountDownLatch begin = new CountDownLatch(1);
        try {
            server.serve(
                    stream -> {
                        begin.await();
                        echo(stream);
                    },
                    one);
            ClientPool client = pools.client(server, c -> c.capacity(20, 20));
            awaitIdle(client, 20);
            List<PooledStream> asked = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                PooledStream stream = client.take(SOON);
                stream.outputStream().write(i);
                stream.outputStream().close();
                asked.add(stream);
            }
            await().until(() -> server.handlersRunning() == 1 && server.handlersWaiting() == 9);
            begin.countDown();
            for (int i = 0; i < 10; i++) {
                assertThat(asked.get(i).inputStream().readAllBytes()).containsExactly(i);
                asked.get(i).close();
            }
            assertThat(server.snapshot().totals().refused()).containsEntry("handler-busy", 0L);
        } finally {
            one.shutdownNow();
        }
    }

    @Test
    void aHandlerThatIsInterruptedByOthersThanThePoolIsAnError() throws Exception {
        ServerPool server = pools.server(s -> s);
        server.serve(stream -> {
            throw new InterruptedException("by whom?");
        });
        ClientPool client = pools.client(server, c -> c.capacity(2, 2));
        assertThatThrownBy(() -> ask(client, new byte[] {1})).isInstanceOf(IOException.class);
        await().until(() -> server.errorCount() == 1 && server.snapshot().taken() == 0);
    }

    @Test
    void aStreamThatAHandlerKeepsIsClosed() throws Exception {
        AtomicReference<PooledStream> kept = new AtomicReference<>();
        ServerPool server = pools.server(s -> s);
        server.serve(kept::set);
        ClientPool client = pools.client(server, c -> c.capacity(2, 2));
        assertThat(ask(client, new byte[] {1})).isEmpty();
        await().until(() -> server.snapshot().taken() == 0);
        assertThatThrownBy(() -> kept.get().inputStream().read()).isInstanceOf(IOException.class);
    }

    @Test
    void aClientThatIsNotServedIsLoggedOnce() throws Exception {
        try (LogOf log = new LogOf("io.quicpool")) {
            ServerPool server = pools.server(s -> s.name("mute"));
            ClientPool client = pools.client(server, c -> c.capacity(4, 4));
            for (int i = 0; i < 2; i++) {
                PooledStream stream = client.take(SOON);
                stream.outputStream().write(1);
            }
            String line = "sends on its streams, but nobody takes them";
            await().until(() -> log.has(line));
            assertThat(log.lines(line)).hasSize(1).allMatch(each -> each.startsWith("server mute: 127.0.0.1:"));
            // A handler that is set later serves the streams.
            server.serve(ServingTest::echo);
            await().until(() -> server.handlersRunning() == 2);
        }
    }

    @Test
    void closingInterruptsARunningHandler() throws Exception {
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
        try (PooledStream stream = client.take(SOON)) {
            stream.outputStream().write(1);
            assertThat(begun.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            server.close();
            assertThat(interrupted.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
        assertThat(server.state()).isEqualTo(PoolState.CLOSED);
    }
}
