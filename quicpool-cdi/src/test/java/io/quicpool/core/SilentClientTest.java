package io.quicpool.core;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.ServerPoolConfig;
import io.quicpool.core.threads.PoolThreads;
import io.quicpool.testing.Pools;
import io.quicpool.transport.Connection;
import io.quicpool.transport.Listener;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The pool itself drops a silent client, because an engine may take longer. */
class SilentClientTest {

    private static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4433);
    private static final Duration IDLE = Duration.ofSeconds(2);

    private final AtomicLong silent = new AtomicLong();
    private final CountDownLatch closed = new CountDownLatch(1);

    private final Connection connection = (Connection) Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> switch (method.getName()) {
                case "remoteAddress", "localAddress" -> ADDRESS;
                case "idleTimeout" -> IDLE;
                case "silentNanos" -> silent.get();
                case "alive", "awaitDelivered", "awaitClosed" -> true;
                case "equals" -> proxy == arguments[0];
                case "hashCode" -> 1;
                case "maxIdleStreams" -> null;
                case "close" -> {
                    closed.countDown();
                    yield null;
                }
                default -> throw new UnsupportedOperationException(method.getName());
            });

    private final CountDownLatch swept = new CountDownLatch(2);

    private final Listener listener = (Listener) Proxy.newProxyInstance(
            Listener.class.getClassLoader(),
            new Class<?>[] {Listener.class},
            (proxy, method, arguments) -> switch (method.getName()) {
                case "localAddress" -> ADDRESS;
                case "alive", "close" -> true;
                case "sweep" -> {
                    swept.countDown();
                    yield null;
                }
                default -> null;
            });

    @Test
    void isLostShortlyAfterTheIdleTimeout() throws Exception {
        try (CoreServerPool pool = new CoreServerPool(ServerPoolConfig.builder()
                .name("orders")
                .listen("localhost:1")
                .certificate(Pools.CERTIFICATE)
                .build())) {
            pool.start(same -> listener);
            pool.clients.connected(connection);
            silent.set(IDLE.toNanos() + 1);
            await().during(PoolThreads.CHECK_INTERVAL.multipliedBy(3))
                    .until(() -> pool.connections().size() == 1);
            silent.set(IDLE.plus(PoolThreads.CHECK_INTERVAL).toNanos() + 1);
            await().until(() -> pool.connections().isEmpty());
            closed.await();
            // The same check ends slow handshakes, even if no other client comes.
            assertThat(swept.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(pool.snapshot().totals().lost()).isOne();
        }
    }
}
