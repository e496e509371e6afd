package io.quicpool.docs;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.Request;
import io.quicpool.RequestHandler;
import io.quicpool.StreamHandler;
import io.quicpool.cdi.PoolEvent;
import io.quicpool.cdi.PoolRegistry;
import io.quicpool.cdi.QuicPool;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The examples of docs/component.md, compiled; {@link ReadmeTest} compares the two. */
public final class ComponentExample {

    private ComponentExample() {}

    // asking begins
    @ApplicationScoped
    public static class Orders {

        @Inject
        @QuicPool("orders")
        ClientPool pool;

        public CompletionStage<byte[]> ask(byte[] question) {
            return pool.request(question, Duration.ofSeconds(1));
        }
    }
    // asking ends

    // replacing begins
    @Alternative
    @Priority(1)
    @ApplicationScoped
    public static class Traced {

        @Produces
        @ApplicationScoped
        @QuicPool("orders")
        ClientPool orders(PoolRegistry registry) {
            ClientPool pool = registry.client("orders");
            return (ClientPool) Proxy.newProxyInstance(
                    ClientPool.class.getClassLoader(),
                    new Class<?>[] {ClientPool.class},
                    (proxy, method, arguments) -> {
                        System.getLogger("shop").log(System.Logger.Level.DEBUG, method.getName());
                        try {
                            return method.invoke(pool, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }
    }
    // replacing ends

    // answering begins
    @ApplicationScoped
    @QuicPool("ingress")
    public static class Answers implements RequestHandler {

        @Override
        public CompletionStage<byte[]> answer(Request request) {
            return CompletableFuture.completedFuture(request.bytes());
        }
    }
    // answering ends

    // streaming begins
    @ApplicationScoped
    @QuicPool("files")
    public static class Files implements StreamHandler {

        @Override
        public void handle(PooledStream stream) throws IOException {
            stream.inputStream().transferTo(stream.outputStream());
        }
    }
    // streaming ends

    // watching begins
    @ApplicationScoped
    public static class Watch {

        void lost(@Observes PoolEvent.PeerLost event) {
            System.getLogger("shop")
                    .log(System.Logger.Level.WARNING, event.pool().name() + ": " + event.reason());
        }
    }
    // watching ends
}
