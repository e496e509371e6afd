package io.quicpool.it.orders;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.StreamPool;
import io.quicpool.cdi.QuicPool;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/** The REST resources of the application. */
@Path("/")
@RequestScoped
public class OrdersResource {

    private static final Duration MAX_WAIT = Duration.ofSeconds(30);

    @Inject
    @QuicPool("stock")
    ClientPool stock;

    @Inject
    @QuicPool("supplies")
    ClientPool supplies;

    @Inject
    @Any
    Instance<StreamPool> pools;

    @Inject
    Inspector inspector;

    @Inject
    Observers observers;

    @Resource
    @Nullable ManagedExecutorService executor;

    private ClientPool client(String name) {
        return name.equals(supplies.name()) ? supplies : stock;
    }

    /** Asks another service, on a stream of the pool with this name. */
    @GET
    @Path("order/{pool}/{item}")
    public String order(@PathParam("pool") String pool, @PathParam("item") String item)
            throws IOException, InterruptedException {
        try (PooledStream stream = client(pool).take(MAX_WAIT)) {
            stream.readTimeout(MAX_WAIT);
            stream.outputStream().write(item.getBytes(UTF_8));
            stream.outputStream().close();
            return new String(stream.inputStream().readAllBytes(), UTF_8);
        }
    }

    /** What a request finds on its thread. */
    @GET
    @Path("around")
    public String around() {
        return inspector.around();
    }

    /** What the dependents of an asynchronous take find. */
    @GET
    @Path("later/{pool}")
    public String later(@PathParam("pool") String pool) throws Exception {
        return Objects.requireNonNull(executor)
                .copy(client(pool).takeAsync(MAX_WAIT))
                .thenApply(stream -> {
                    stream.close();
                    return inspector.around();
                })
                .toCompletableFuture()
                .get(MAX_WAIT.toSeconds(), TimeUnit.SECONDS);
    }

    /** What an observer of PoolEvent.Ready found. */
    @GET
    @Path("observed/{pool}")
    public String observed(@PathParam("pool") String pool) {
        return observers.ready(pool);
    }

    /** The pools, of both kinds. */
    @GET
    @Path("pools")
    public String pools() {
        return pools.stream().map(StreamPool::name).sorted().collect(Collectors.joining(" "));
    }

    /** The threads of the engine netty; each has the name of its pool. */
    @GET
    @Path("event-loops")
    public String eventLoops() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.matches("quicpool-.*-io-.*"))
                .sorted()
                .collect(Collectors.joining(" "));
    }

    /** The MXBeans. */
    @GET
    @Path("mbeans")
    public String beans() throws JMException {
        return ManagementFactory.getPlatformMBeanServer().queryNames(new ObjectName("io.quicpool:*"), null).stream()
                .map(ObjectName::getCanonicalName)
                .sorted()
                .collect(Collectors.joining("\n"));
    }
}
