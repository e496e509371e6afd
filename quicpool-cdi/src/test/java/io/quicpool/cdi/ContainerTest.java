package io.quicpool.cdi;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.StreamHandler;
import io.quicpool.testing.Pools;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.management.ObjectName;
import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.spi.InitialContextFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The component uses what a container offers under standard names: the name of the application and the executor. */
class ContainerTest {

    private static final Map<String, Object> NAMES = new HashMap<>();

    @TempDir
    Path folder;

    private final Pools pools = new Pools();
    private final ExecutorService executor = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "the-container's");
        thread.setDaemon(true);
        // Without the context of the application, like an executor that serves several.
        thread.setContextClassLoader(null);
        return thread;
    });

    /** A container's naming, as the JDK finds it: with nothing but our names. */
    public static final class Naming implements InitialContextFactory {
        @Override
        public Context getInitialContext(Hashtable<?, ?> environment) throws NamingException {
            return new InitialContext(true) {
                @Override
                public Object lookup(String name) throws NamingException {
                    Object found = NAMES.get(name);
                    if (found == null) {
                        throw new NameNotFoundException(name);
                    }
                    return found;
                }
            };
        }
    }

    @AfterEach
    void close() {
        pools.close();
        executor.shutdownNow();
        System.clearProperty(Context.INITIAL_CONTEXT_FACTORY);
        NAMES.clear();
    }

    private void offer(String name, Object value) {
        System.setProperty(Context.INITIAL_CONTEXT_FACTORY, Naming.class.getName());
        NAMES.put(name, value);
    }

    @ApplicationScoped
    @QuicPool
    static class WhichThread implements StreamHandler {
        static final Queue<String> THREADS = new ConcurrentLinkedQueue<>();
        static final Queue<ClassLoader> LOADERS = new ConcurrentLinkedQueue<>();

        @Override
        public void handle(PooledStream stream) throws IOException {
            THREADS.add(Thread.currentThread().getName());
            LOADERS.add(Thread.currentThread().getContextClassLoader());
            stream.outputStream().write(stream.inputStream().read());
        }
    }

    private String threadOfTheHandler(Map<String, String> properties) throws Exception {
        WhichThread.THREADS.clear();
        try (App app = App.start(properties, WhichThread.class)) {
            int port = app.get(PoolRegistry.class).server("").localAddress().getPort();
            ClientPool client = pools.client("127.0.0.1:" + port, c -> c.capacity(1, 1));
            awaitIdle(client, 1);
            try (PooledStream stream = client.take(SOON)) {
                stream.readTimeout(SOON);
                stream.outputStream().write(1);
                assertThat(stream.inputStream().read()).isEqualTo(1);
            }
            return WhichThread.THREADS.remove();
        }
    }

    @Test
    void handlersRunOnTheContainersExecutorWhereThePropertySaysSo() throws Exception {
        String property = "quicpool.server.\"ingress\".handler-executor";
        Map<String, String> properties = App.server("ingress", folder);
        properties.put(property, "container");
        assertThat(threadOfTheHandler(properties)).startsWith("quicpool-ingress-handler");
        offer(ContainerNames.EXECUTOR, executor);
        assertThat(threadOfTheHandler(properties)).isEqualTo("the-container's");
        properties.put(property, "pool");
        assertThat(threadOfTheHandler(properties)).startsWith("quicpool-ingress-handler");
        properties.remove(property);
        assertThat(threadOfTheHandler(properties)).startsWith("quicpool-ingress-handler");
        assertThat(executor.isShutdown()).isFalse();
        executor.shutdown();
        properties.put(property, "container");
        assertThat(threadOfTheHandler(properties))
                .as("the container's has stopped before")
                .startsWith("quicpool-ingress-handler");
    }

    @Test
    void handlersHaveTheClassLoaderThatTheApplicationWasStartedWithOnEveryExecutor() throws Exception {
        Map<String, String> properties = App.server("ingress", folder);
        offer(ContainerNames.EXECUTOR, executor);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader application = new URLClassLoader(new URL[0], before)) {
            thread.setContextClassLoader(application);
            for (String where : List.of("container", "pool")) {
                properties.put("quicpool.server.\"ingress\".handler-executor", where);
                WhichThread.LOADERS.clear();
                threadOfTheHandler(properties);
                assertThat(WhichThread.LOADERS).as(where).containsExactly(application);
            }
        } finally {
            thread.setContextClassLoader(before);
        }
        assertThat(executor.submit(() -> Thread.currentThread().getContextClassLoader())
                        .get())
                .isNull();
    }

    @ApplicationScoped
    @QuicPool
    static class GivesUp implements StreamHandler {
        @Override
        public void handle(PooledStream stream) throws IOException {
            assertThat(stream.inputStream().read()).isEqualTo(1);
            throw new IOException("the peer disconnected");
        }
    }

    @Test
    void whatAHandlerThrowsComesToThePoolAsItIs() throws Exception {
        try (App app = App.start(App.server("ingress", folder), GivesUp.class)) {
            ServerPool pool = app.get(PoolRegistry.class).server("");
            ClientPool client = pools.client("127.0.0.1:" + pool.localAddress().getPort(), c -> c.capacity(1, 1));
            try (PooledStream stream = client.take(SOON)) {
                stream.readTimeout(SOON);
                stream.outputStream().write(1);
                assertThatThrownBy(() -> stream.inputStream().read()).isInstanceOf(IOException.class);
            }
            // Counted as an error of the peer, not of the handler.
            assertThat(pool.snapshot().errors()).isZero();
        }
    }

    private static boolean registered(String application) throws Exception {
        return ManagementFactory.getPlatformMBeanServer()
                .isRegistered(new ObjectName(
                        "io.quicpool:type=ClientPool,name=\"orders\",application=\"" + application + "\""));
    }

    @Test
    void theApplicationHasItsNameInJmx() throws Exception {
        Map<String, String> properties = App.client("orders", "127.0.0.1:9");
        try (App app = App.start(properties)) {
            assertThat(app.get(PoolRegistry.class).isStarted()).isTrue();
            assertThat(registered("default")).isTrue();
        }
        assertThat(registered("default")).isFalse();
        offer(ContainerNames.APPLICATION, "shop");
        try (App app = App.start(properties)) {
            assertThat(registered("shop")).isTrue();
            properties.put("quicpool.application", "other");
            // A second one in the same process, and a third whose names are taken.
            try (App second = App.start(properties);
                    App third = App.start(properties)) {
                assertThat(registered("other")).isTrue();
                assertThat(registered("other-2")).isTrue();
                assertThat(third.get(PoolRegistry.class).pools()).hasSize(1);
                assertThat(second.get(PoolRegistry.class).pools()).hasSize(1);
            }
            assertThat(registered("other")).isFalse();
            assertThat(registered("other-2")).isFalse();
            assertThat(registered("shop")).isTrue();
            assertThat(app.get(PoolRegistry.class).pools()).hasSize(1);
        }
        properties.put("quicpool.client.\"orders\".jmx.enabled", "false");
        try (App app = App.start(properties)) {
            assertThat(app.get(PoolRegistry.class).pools()).hasSize(1);
            assertThat(registered("other")).isFalse();
        }
    }
}
