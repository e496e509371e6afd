package io.quicpool.it.stock;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quicpool.PooledStream;
import io.quicpool.StreamId;
import io.quicpool.cdi.PoolRegistry;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.client.Entity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Server-led use: asks for a history over HTTP, gets the id of a stream, and reads the history on it. Works only if the
 * pool "history" is configured.
 */
@Path("/history")
public class HistoryResource {

    private static final Duration MAX_WAIT = Duration.ofSeconds(30);

    @Inject
    PoolRegistry pools;

    @Inject
    @ConfigProperty(name = "prices.url")
    URI prices;

    @GET
    @Path("{item}")
    public String days(@PathParam("item") String item) throws IOException, InterruptedException {
        try (PooledStream stream = pools.client("history").take(begin(item), MAX_WAIT)) {
            stream.readTimeout(MAX_WAIT);
            BufferedReader lines = new BufferedReader(new InputStreamReader(stream.inputStream(), UTF_8));
            return "the price of " + item + " on " + lines.lines().count() + " days";
        }
    }

    private StreamId begin(String item) {
        try (Client client = ClientBuilder.newClient()) {
            return StreamId.parse(
                    client.target(prices).path("history").path(item).request().post(Entity.text(""), String.class));
        }
    }
}
