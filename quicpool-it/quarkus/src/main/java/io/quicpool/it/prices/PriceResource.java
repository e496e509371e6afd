package io.quicpool.it.prices;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.cdi.QuicPool;
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
        try (PooledStream stream = stock.take(MAX_WAIT)) {
            stream.readTimeout(MAX_WAIT);
            stream.outputStream().write(item.getBytes(UTF_8));
            stream.outputStream().close();
            String left = new String(stream.inputStream().readAllBytes(), UTF_8);
            return item + " costs " + list.price(item) + ", " + left + " left";
        }
    }
}
