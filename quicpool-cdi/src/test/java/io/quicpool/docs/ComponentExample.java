package io.quicpool.docs;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
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

/** The examples of docs/component.md, compiled; {@link ReadmeTest} compares the two. */
public final class ComponentExample {

    private ComponentExample() {}

    // asking begins
    @ApplicationScoped
    public static class Orders {

        @Inject
        @QuicPool("orders")
        ClientPool pool;

        public byte[] ask(byte[] request) throws IOException, InterruptedException {
            try (PooledStream stream = pool.take(Duration.ofSeconds(1))) {
                stream.outputStream().write(request);
                stream.outputStream().close();
                return stream.inputStream().readAllBytes();
            }
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
    public static class Answers implements StreamHandler {

        @Override
        public void handle(PooledStream stream) throws IOException {
            stream.outputStream().write(stream.inputStream().readAllBytes());
        }
    }
    // answering ends

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
