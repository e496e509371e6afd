package io.quicpool.it.stock;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quicpool.ClientPool;
import io.quicpool.cdi.QuicPool;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.io.IOException;
import java.time.Duration;

/**
 * Shows how many of an item are left, and the price. It asks the service "prices" for that, with one stream for each
 * request.
 */
@Path("/stock")
public class StockResource {

    private static final Duration MAX_WAIT = Duration.ofSeconds(30);

    @Inject
    @QuicPool("prices")
    ClientPool prices;

    @Inject
    Shelves shelves;

    @GET
    @Path("{item}")
    public String left(@PathParam("item") String item) throws IOException, InterruptedException {
        String price = new String(prices.requestBlocking(item.getBytes(UTF_8), MAX_WAIT), UTF_8);
        return shelves.count(item) + " of " + item + " left, " + price + " each";
    }
}
