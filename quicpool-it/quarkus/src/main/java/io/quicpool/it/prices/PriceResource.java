package io.quicpool.it.prices;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quicpool.ClientPool;
import io.quicpool.cdi.QuicPool;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.io.IOException;
import java.time.Duration;

/**
 * Shows the price of an item, and how many are left. It asks the service "stock" for that, with one stream for each
 * request.
 */
@Path("/prices")
public class PriceResource {

    private static final Duration MAX_WAIT = Duration.ofSeconds(30);

    @Inject
    @QuicPool("stock")
    ClientPool stock;

    @Inject
    PriceList list;

    @GET
    @Path("{item}")
    public String offer(@PathParam("item") String item) throws IOException, InterruptedException {
        String left = new String(stock.requestBlocking(item.getBytes(UTF_8), MAX_WAIT), UTF_8);
        return item + " costs " + list.price(item) + ", " + left + " left";
    }

    /** How many are left. No thread waits for the answer. */
    @GET
    @Path("{item}/left")
    public Uni<String> left(@PathParam("item") String item) {
        return Uni.createFrom()
                .completionStage(() -> stock.request(item.getBytes(UTF_8), MAX_WAIT))
                .map(answer -> new String(answer, UTF_8));
    }
}
