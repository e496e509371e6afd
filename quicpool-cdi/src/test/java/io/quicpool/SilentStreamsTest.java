package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.ServerPoolConfigBuilder;
import io.quicpool.testing.LogOf;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that send or read nothing do not affect others, and are counted. */
@Tag("contract")
class SilentStreamsTest {

    private static final Duration NEVER = Duration.ofHours(1);
    private static final Duration CONNECTED = Duration.ofMinutes(3);
    private static final int HELLO = 0;

    private final Pools pools = new Pools();
    private final RawPeer raw = new RawPeer();
    private final LogOf log = new LogOf("io.quicpool");

    @AfterEach
    void close() {
        log.close();
        raw.close();
        pools.close();
    }

    /** A server that keeps clients which do not even ping for as long as the test needs them. */
    private ServerPool server(UnaryOperator<ServerPoolConfigBuilder> settings) {
        return pools.server(s -> settings.apply(s.keepAlive(CONNECTED.dividedBy(3))));
    }

    private static void echo(PooledStream stream) throws IOException {
        stream.outputStream().write(stream.inputStream().readAllBytes());
    }

    /** Opens streams with one byte of data. Each has its id, or is refused, before the next is opened. */
    private List<EngineStream> silent(ServerPool server, int streams) throws Exception {
        Connection connection = raw.connect(server.localAddress(), CONNECTED);
        List<EngineStream> opened = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            if (connection.credit() == 0) {
                await().until(() -> connection.credit() > 0);
            }
            EngineStream stream = RawPeer.open(connection, HELLO, 1);
            CountDownLatch settled = new CountDownLatch(1);
            stream.whenEnded(settled::countDown);
            stream.whenReadable(StreamId.BYTES, settled::countDown);
            assertThat(settled.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            opened.add(stream);
        }
        return opened;
    }

    private static long medianMicros(ClientPool client) throws Exception {
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < 21; i++) {
            long start = System.nanoTime();
            try (PooledStream stream = client.take(SOON)) {
                stream.readTimeout(SOON);
                stream.outputStream().write(i);
                stream.outputStream().close();
                assertThat(stream.inputStream().readAllBytes()).containsExactly(i);
            }
            times.add(System.nanoTime() - start);
        }
        Collections.sort(times);
        return TimeUnit.NANOSECONDS.toMicros(times.get(times.size() / 2));
    }

    private static long refused(ServerPool server, String reason) {
        return server.snapshot().totals().refused().getOrDefault(reason, -1L);
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 1000, 5000})
    void silentStreamsOfOneClientDoNotAffectAnother(int streams) throws Exception {
        int running = Math.min(streams, 128);
        int waiting = Math.min(streams - running, 1024);
        // No silent stream ends by itself in this time. There is credit for more streams than handlers.
        ServerPool server = server(s -> s.readTimeout(NEVER).maxCapacity(8192));
        server.serve(SilentStreamsTest::echo);
        ClientPool client = pools.client(server, c -> c.capacity(4, 4));
        long before = medianMicros(client);
        long start = System.nanoTime();
        silent(server, streams);
        await().until(() -> server.handlersRunning() == running && server.handlersWaiting() == waiting);
        long during = medianMicros(client);
        System.out.println(streams + " silent streams, " + Pools.SERVER_ENGINE + ": median " + before + " us before, "
                + during + " us during, refused " + refused(server, "handler-busy"));
        await().until(() -> refused(server, "handler-busy") == streams - running - waiting);
        if (streams > running + waiting) {
            await().until(() -> log.has("no handler is free for its stream"));
            long lines = log.lines("refused ").size();
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
            assertThat(lines).as("once a second").isLessThanOrEqualTo(seconds + 2);
        }
        assertThat(server.errorCount()).isZero();
    }

    @Test
    void manyClientsLeaveAQuarterForOthers() throws Exception {
        ServerPool server = server(s -> s.readTimeout(NEVER).maxHandlers(32).handlerQueue(32));
        server.serve(SilentStreamsTest::echo);
        ClientPool client = pools.client(server, c -> c.capacity(4, 4));
        for (int i = 0; i < 6; i++) {
            silent(server, 40);
        }
        await().until(() -> server.handlersRunning() >= 24);
        assertThat(medianMicros(client)).isPositive();
        await().until(() -> refused(server, "handler-busy") > 0);
    }

    @Test
    void aResetStreamLeavesTheQueue() throws Exception {
        ServerPool server = server(s -> s.readTimeout(NEVER).maxHandlers(2).handlerQueue(8));
        server.serve(SilentStreamsTest::echo);
        List<EngineStream> streams = silent(server, 4);
        await().until(() -> server.handlersWaiting() == 3);
        streams.get(2).reset(7);
        await().until(() -> server.handlersWaiting() == 2 && server.snapshot().taken() == 3);
    }

    @Test
    void theReadTimeoutOfThePoolEndsThemAndTheyAreCounted() throws Exception {
        ServerPool server = server(s -> s.readTimeout(Duration.ofMillis(200)));
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        server.serve(stream -> {
            try {
                stream.inputStream().readAllBytes();
            } catch (IOException e) {
                thrown.add(e);
                throw e;
            }
        });
        List<EngineStream> streams = silent(server, 3);
        await().until(() -> refused(server, "slow-client") == 3 && server.handlersRunning() == 0);
        assertThat(thrown).hasSize(3).allMatch(SocketTimeoutException.class::isInstance);
        await().until(() -> log.has("a handler waited too long"));
        assertThat(server.errorCount()).isZero();
        await().until(() -> streams.stream().noneMatch(EngineStream::alive));
        assertThat(streams).extracting(EngineStream::peerError).containsAnyOf(StreamErrors.TOO_SLOW, -1L);
    }

    @Test
    void theWriteTimeoutOfThePoolEndsThoseThatReadNothing() throws Exception {
        ServerPool server = server(s -> s.writeTimeout(Duration.ofMillis(200)));
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        server.serve(stream -> {
            try {
                for (int i = 0; i < 10_000; i++) {
                    stream.outputStream().write(new byte[10_000]);
                }
            } catch (IOException e) {
                thrown.add(e);
                throw e;
            }
        });
        List<EngineStream> streams = silent(server, 3);
        await().until(() -> refused(server, "slow-client") == 3 && server.handlersRunning() == 0);
        assertThat(thrown).hasSize(3).allMatch(SocketTimeoutException.class::isInstance);
        await().until(() -> server.snapshot().taken() == 0);
        assertThat(streams).hasSize(3);
    }
}
