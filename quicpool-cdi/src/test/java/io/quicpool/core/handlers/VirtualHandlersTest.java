package io.quicpool.core.handlers;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.config.ConfigException;
import io.quicpool.config.HandlerExecutor;
import io.quicpool.testing.Pools;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Handlers on virtual threads if the JVM has them, else a clear message. */
class VirtualHandlersTest {

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    private static boolean there() {
        return Runtime.version().feature() >= 21;
    }

    private static boolean isVirtual(Thread thread) throws ReflectiveOperationException {
        return (boolean) Thread.class.getMethod("isVirtual").invoke(thread);
    }

    @Test
    void whereThereAreNoneThePoolIsNotOpened() {
        assumeTrue(!there());
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> pools.server(s -> s.handlerExecutor(HandlerExecutor.VIRTUAL)))
                .withMessage(
                        "server server: handler-executor = virtual: needs Java 21 or later, which has virtual threads;"
                                + " this is Java " + Runtime.version().feature());
    }

    @Test
    void eachStreamIsServedOnOneOfItsOwnAndTheBoundsHold() throws Exception {
        assumeTrue(there());
        Queue<Thread> threads = new ConcurrentLinkedQueue<>();
        CountDownLatch go = new CountDownLatch(1);
        ServerPool server = pools.server(
                s -> s.handlerExecutor(HandlerExecutor.VIRTUAL).maxHandlers(20).handlerQueue(64));
        server.serve(stream -> {
            threads.add(Thread.currentThread());
            go.await();
            stream.outputStream().write(stream.inputStream().readAllBytes());
        });
        ClientPool client = pools.client(server, c -> c.capacity(20, 20));
        List<PooledStream> asked = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            PooledStream stream = client.take(SOON);
            stream.outputStream().write(i);
            stream.outputStream().close();
            asked.add(stream);
        }
        Pools.awaitIdle(client, 20);
        await().until(() -> server.handlersRunning() == 10 && server.handlersWaiting() == 10);
        go.countDown();
        for (int i = 0; i < 20; i++) {
            assertThat(asked.get(i).inputStream().readAllBytes()).containsExactly(i);
            asked.get(i).close();
        }
        assertThat(threads).doesNotHaveDuplicates().hasSize(20);
        for (Thread thread : threads) {
            assertThat(isVirtual(thread)).isTrue();
            assertThat(thread.getName()).startsWith("quicpool-server-handler-");
        }
    }

    @Test
    void closingInterruptsThem() throws Exception {
        assumeTrue(there());
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        ServerPool server = pools.server(s -> s.handlerExecutor(HandlerExecutor.VIRTUAL));
        server.serve(stream -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } finally {
                interrupted.countDown();
            }
        });
        ClientPool client = pools.client(server, c -> c);
        try (PooledStream stream = client.take(SOON)) {
            stream.outputStream().write(1);
            assertThat(begun.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            server.close();
            assertThat(interrupted.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }
}
