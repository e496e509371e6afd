package io.quicpool.cdi;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.Request;
import io.quicpool.RequestFailedException;
import io.quicpool.RequestHandler;
import io.quicpool.ServerPool;
import io.quicpool.StreamHandler;
import io.quicpool.settings.SettingsException;
import io.quicpool.testing.Pools;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Beans that handle the streams of server pools. */
class HandlerBeansTest {

    @TempDir
    Path folder;

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    @ApplicationScoped
    @QuicPool("ingress")
    static class Echo implements StreamHandler {
        static final Queue<String> THREADS = new ConcurrentLinkedQueue<>();

        @Override
        public void handle(PooledStream stream) throws IOException {
            THREADS.add(Thread.currentThread().getName());
            stream.outputStream().write(stream.inputStream().readAllBytes());
        }
    }

    @Dependent
    @QuicPool("second")
    static class Reverse implements StreamHandler {
        static final AtomicBoolean DESTROYED = new AtomicBoolean();

        @Override
        public void handle(PooledStream stream) throws IOException {
            byte[] bytes = stream.inputStream().readAllBytes();
            for (int i = bytes.length - 1; i >= 0; i--) {
                stream.outputStream().write(bytes[i]);
            }
        }

        @PreDestroy
        void end() {
            DESTROYED.set(true);
        }
    }

    private static byte[] ask(ClientPool client, byte... request) throws IOException, InterruptedException {
        try (PooledStream stream = client.take(SOON)) {
            stream.readTimeout(SOON);
            stream.outputStream().write(request);
            stream.outputStream().close();
            return stream.inputStream().readAllBytes();
        }
    }

    @Test
    void handlerBeansServeTheirServerPools() throws Exception {
        Map<String, String> properties = new HashMap<>(App.server("ingress", folder));
        properties.putAll(App.server("second", folder));
        Reverse.DESTROYED.set(false);
        try (App app = App.start(properties, Echo.class, Reverse.class)) {
            assertThat(ask(app.clientOf("ingress", pools), (byte) 1, (byte) 2)).containsExactly(1, 2);
            assertThat(ask(app.clientOf("second", pools), (byte) 1, (byte) 2)).containsExactly(2, 1);
            assertThat(Echo.THREADS).allMatch(name -> name.startsWith("quicpool-ingress-handler"));
        }
        assertThat(Reverse.DESTROYED).isTrue();
    }

    @Dependent
    @QuicPool("ingress")
    static class Answering implements RequestHandler {
        static final AtomicBoolean DESTROYED = new AtomicBoolean();

        @Override
        public CompletionStage<byte[]> answer(Request request) throws IOException {
            if (request.bytes().length > 2) {
                throw new IOException("too many");
            }
            return CompletableFuture.supplyAsync(request::bytes);
        }

        @PreDestroy
        void end() {
            DESTROYED.set(true);
        }
    }

    @Test
    void aBeanMayAnswerRequests() throws Exception {
        Answering.DESTROYED.set(false);
        try (App app = App.start(App.server("ingress", folder), Answering.class)) {
            ClientPool client = app.clientOf("ingress", pools);
            assertThat(client.requestBlocking(new byte[] {1, 2}, SOON)).containsExactly(1, 2);
            assertThatThrownBy(() -> client.requestBlocking(new byte[3], SOON))
                    .isInstanceOf(RequestFailedException.class);
        }
        assertThat(Answering.DESTROYED).isTrue();
        assertThatThrownBy(() -> App.start(App.server("ingress", folder), Echo.class, Answering.class))
                .hasMessageContaining("the server pool \"ingress\" is served by handler");
    }

    @Dependent
    @QuicPool("ingress")
    static class Eager implements StreamHandler {
        private final int capacity;

        @Inject
        Eager(@QuicPool("orders") ClientPool orders) {
            capacity = orders.capacityBounds().min();
        }

        @Override
        public void handle(PooledStream stream) throws IOException {
            stream.outputStream().write(capacity);
        }
    }

    @Test
    void aHandlerMayUsePoolsWhileItIsMade() throws Exception {
        ServerPool peer = pools.server(s -> s.name("peer"));
        Map<String, String> properties = new HashMap<>(
                App.client("orders", "127.0.0.1:" + peer.localAddress().getPort()));
        properties.put("quicpool.client.\"orders\".min-capacity", "7");
        properties.putAll(App.server("ingress", folder));
        try (App app = App.start(properties, Eager.class)) {
            assertThat(ask(app.clientOf("ingress", pools), (byte) 1)).containsExactly(7);
            assertThat(app.get(PoolRegistry.class).pools()).hasSize(2);
        }
    }

    @ApplicationScoped
    @QuicPool("ingress")
    static class Another implements StreamHandler {
        @Override
        public void handle(PooledStream stream) {}
    }

    @ApplicationScoped
    @QuicPool("nowhere")
    static class Nowhere implements StreamHandler {
        @Override
        public void handle(PooledStream stream) {}
    }

    @Test
    void handlersThatCannotServeFailTheStart() {
        assertThatThrownBy(() -> App.start(App.server("ingress", folder), Echo.class, Another.class, Nowhere.class))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("handler io.quicpool.cdi.HandlerBeansTest$Nowhere: there is no server pool"
                        + " \"nowhere\": the only server pool is \"ingress\"; set quicpool.server.\"nowhere\".listen")
                .hasMessageContaining(
                        "the server pool \"ingress\" is served by handler io.quicpool.cdi.HandlerBeansTest$");
        assertThat(App.threads()).noneMatch(name -> name.contains("ingress"));
    }

    @ApplicationScoped
    @QuicPool
    static class LoaderSeen implements StreamHandler {
        static final Queue<ClassLoader> SEEN = new ConcurrentLinkedQueue<>();

        @Override
        public void handle(PooledStream stream) throws IOException {
            SEEN.add(Thread.currentThread().getContextClassLoader());
            stream.outputStream().write(stream.inputStream().readAllBytes());
        }

        void on(@Observes PoolEvent event) {
            SEEN.add(Thread.currentThread().getContextClassLoader());
        }
    }

    @Test
    void codeOfTheApplicationHasItsClassLoader() throws Exception {
        LoaderSeen.SEEN.clear();
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader application = new URLClassLoader(new URL[0], before)) {
            thread.setContextClassLoader(application);
            try (App app = App.start(App.server("ingress", folder), LoaderSeen.class)) {
                assertThat(ask(app.clientOf("", pools), (byte) 1)).containsExactly(1);
                await().untilAsserted(() -> assertThat(LoaderSeen.SEEN).hasSize(2));
            }
            assertThat(LoaderSeen.SEEN).containsOnly(application);
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
