package io.quicpool.it.prices;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quicpool.PooledStream;
import io.quicpool.cdi.PoolRegistry;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.time.Duration;
import org.eclipse.microprofile.context.ManagedExecutor;

/**
 * Server-led use: a client asks for the history of a price, gets the id of a stream, and reads the history on it. Works
 * only if the pool "history" is configured and has one client: with more, the stream could belong to a client that did
 * not ask.
 */
@Path("/history")
public class HistoryResource {

    private static final Duration MAX_WAIT = Duration.ofSeconds(30);
    private static final int DAYS = 10_000;

    @Inject
    PoolRegistry pools;

    @Inject
    ManagedExecutor executor;

    @POST
    @Path("{item}")
    public String begin(@PathParam("item") String item) throws InterruptedException {
        PooledStream stream = pools.server("history").take(MAX_WAIT);
        executor.execute(() -> write(item, stream));
        return stream.id().toString();
    }

    private static void write(String item, PooledStream stream) {
        try (stream;
                Writer lines = new OutputStreamWriter(stream.outputStream(), UTF_8)) {
            for (int day = 1; day <= DAYS; day++) {
                lines.write(day + " " + Math.floorMod(item.hashCode() * day, 1000) + "\n");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
