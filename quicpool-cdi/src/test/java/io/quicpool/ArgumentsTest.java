package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quicpool.config.CapacityBounds;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ConfigException;
import io.quicpool.config.IntervalBounds;
import io.quicpool.config.PoolOptions;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.testing.Pools;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Null is refused before anything changes, and a duration may have any size. */
@SuppressWarnings({"NullAway", "FutureReturnValueIgnored"})
class ArgumentsTest {

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    static Stream<Object> builders() {
        return Stream.of(
                ClientPoolConfig.builder().target("peer:1"),
                ServerPoolConfig.builder().listen("localhost:1").certificate(Pools.CERTIFICATE));
    }

    @ParameterizedTest
    @MethodSource("builders")
    void aBuilderTakesNoNull(Object builder) throws Exception {
        Object before = builder.getClass().getMethod("build").invoke(builder);
        int tried = 0;
        for (Method setter : builder.getClass().getMethods()) {
            Class<?>[] types = setter.getParameterTypes();
            if (setter.getDeclaringClass() == Object.class
                    || types.length == 0
                    || Stream.of(types).anyMatch(Class::isPrimitive)) {
                continue;
            }
            Object[] arguments = new Object[types.length];
            arguments[0] = types.length == 1
                    ? null
                    : types[0] == Duration.class ? Duration.ofMillis(123) : PoolOptions.KEEP_ALIVE;
            assertThatThrownBy(() -> setter.invoke(builder, arguments))
                    .as(setter.toString())
                    .isInstanceOf(InvocationTargetException.class)
                    .hasCauseInstanceOf(NullPointerException.class);
            assertThat(builder.getClass().getMethod("build").invoke(builder))
                    .as(setter.toString())
                    .isEqualTo(before);
            tried++;
        }
        assertThat(tried).isGreaterThan(10);
    }

    private static void refused(ThrowingCallable call) {
        assertThatNullPointerException().isThrownBy(call);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aPoolTakesNoNull(int targets) {
        ServerPool server = pools.server(s -> s);
        int port = server.localAddress().getPort();
        ClientPool client = pools.client(
                Stream.of("127.0.0.1:", "localhost:")
                        .limit(targets)
                        .map(host -> host + port)
                        .reduce((a, b) -> a + "," + b)
                        .orElseThrow(),
                c -> c.capacity(1, 1));
        awaitIdle(client, targets);
        CapacityBounds capacity = client.capacityBounds();
        IntervalBounds interval = client.intervalBounds();
        refused(() -> client.capacityBounds(null));
        refused(() -> client.intervalBounds(null));
        refused(() -> client.take(null));
        refused(() -> client.take(null, Duration.ZERO));
        refused(() -> client.take(StreamId.FIRST, null));
        refused(() -> client.takeAsync(null));
        refused(() -> client.takeAsync(Duration.ZERO, null));
        refused(() -> client.takeAsync(null, Duration.ZERO));
        refused(() -> client.takeAsync(StreamId.FIRST, null));
        refused(() -> client.takeAsync(StreamId.FIRST, Duration.ZERO, null));
        refused(() -> client.addListener(null));
        refused(() -> client.removeListener(null));
        refused(() -> client.close(null));
        refused(() -> server.certificate(null));
        refused(() -> server.serve(null));
        refused(() -> server.serve(stream -> {}, null));
        refused(() -> server.close(null));
        assertThat(client.capacityBounds()).isEqualTo(capacity);
        assertThat(client.intervalBounds()).isEqualTo(interval);
        client.flush();
        awaitIdle(client, targets);
        assertThat(client.state()).isEqualTo(PoolState.RUNNING);
        server.serve(stream -> {});
    }

    static Stream<Duration> durations() {
        return Stream.of(
                Duration.ofSeconds(Long.MIN_VALUE),
                Duration.ofSeconds(Long.MIN_VALUE / 1_000_000_000),
                Duration.ofNanos(Long.MIN_VALUE),
                Duration.ofDays(-365 * 300),
                Duration.ofNanos(-1),
                Duration.ZERO,
                Duration.ofNanos(1),
                Duration.ofNanos(Long.MAX_VALUE),
                Duration.ofDays(365 * 300),
                Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
                ChronoUnit.FOREVER.getDuration());
    }

    @ParameterizedTest
    @MethodSource("durations")
    void aDurationMayHaveAnySize(Duration any) throws Exception {
        ServerPool server = pools.server(s -> s);
        boolean ends = any.compareTo(Duration.ofSeconds(1)) < 0;
        CompletableFuture<PooledStream> early = server.takeAsync(any).toCompletableFuture();
        if (ends) {
            assertThatThrownBy(() -> early.get(SOON.toSeconds(), TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(PoolTimeoutException.class);
            assertThatThrownBy(() -> server.take(any)).isInstanceOf(PoolTimeoutException.class);
        }
        ClientPool client = pools.client(server, c -> c.capacity(2, 2));
        awaitIdle(client, 2);
        if (!ends) {
            early.get(SOON.toSeconds(), TimeUnit.SECONDS).close();
        }
        PooledStream stream = client.take(any);
        if (any.isNegative()) {
            assertThatThrownBy(() -> stream.readTimeout(any)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> stream.writeTimeout(any)).isInstanceOf(IllegalArgumentException.class);
        } else {
            stream.readTimeout(any);
            stream.writeTimeout(any);
        }
        if (written(stream, any) && ends && !any.isZero() && !any.isNegative()) {
            assertThatThrownBy(() -> stream.inputStream().read()).isInstanceOf(SocketTimeoutException.class);
            stream.readTimeout(Duration.ofSeconds(Long.MAX_VALUE));
            assertThatThrownBy(() -> stream.inputStream().read()).isInstanceOf(SocketTimeoutException.class);
        }
        stream.close();
        client.close(any);
        server.close(any);
    }

    // A write may time out too; then the stream is reset.
    private static boolean written(PooledStream stream, Duration any) throws IOException {
        try {
            stream.outputStream().write(1);
            return true;
        } catch (SocketTimeoutException slow) {
            assertThat(any).isBetween(Duration.ofNanos(1), Duration.ofSeconds(1));
            return false;
        }
    }

    @ParameterizedTest
    @MethodSource("durations")
    void aDurationOfTheSettingsIsTakenOrRefused(Duration any) throws Exception {
        for (Object builder : builders().toList()) {
            for (Method setter : builder.getClass().getMethods()) {
                Class<?>[] types = setter.getParameterTypes();
                if (List.of(types).equals(List.of(Duration.class))) {
                    Object fresh = builders()
                            .filter(each -> each.getClass() == builder.getClass())
                            .findFirst()
                            .orElseThrow();
                    setter.invoke(fresh, any);
                    try {
                        fresh.getClass().getMethod("build").invoke(fresh);
                    } catch (InvocationTargetException e) {
                        assertThat(e).as(setter.toString()).hasCauseInstanceOf(ConfigException.class);
                    }
                }
            }
        }
    }

    @Test
    void intervalsOfAnySizeAreRefusedBeforeTheyAreStored() {
        assertThatThrownBy(() -> new IntervalBounds(Duration.ofSeconds(Long.MIN_VALUE), Duration.ofSeconds(1)))
                .isInstanceOf(ConfigException.class);
        assertThatThrownBy(() -> new IntervalBounds(Duration.ofSeconds(1), Duration.ofSeconds(Long.MAX_VALUE)))
                .isInstanceOf(ConfigException.class);
    }
}
