package io.quicpool.it.shop;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quicpool.ClientPool;
import io.quicpool.cdi.QuicPool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.io.IOException;
import java.time.Duration;

/**
 * Shows the price of an item and how many are left. It asks two services for these, with one stream for each request.
 */
@Path("/shop")
@ApplicationScoped
public class ShopResource {

    private static final Duration MAX_WAIT = Duration.ofSeconds(30);

    @Inject
    @QuicPool("prices")
    ClientPool prices;

    @Inject
    @QuicPool("stock")
    ClientPool stock;

    @GET
    @Path("{item}")
    public String offer(@PathParam("item") String item) throws IOException, InterruptedException {
        return item + ": " + ask(prices, item) + " each, " + ask(stock, item) + " left";
    }

    private static String ask(ClientPool pool, String item) throws IOException, InterruptedException {
        return new String(pool.requestBlocking(item.getBytes(UTF_8), MAX_WAIT), UTF_8);
    }
}
