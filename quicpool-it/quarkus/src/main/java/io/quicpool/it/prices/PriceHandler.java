package io.quicpool.it.prices;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quicpool.Request;
import io.quicpool.RequestHandler;
import io.quicpool.cdi.QuicPool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Answers other services: a request to the server pool "prices" is the name of an item, and the answer its price. */
@ApplicationScoped
@QuicPool("prices")
public class PriceHandler implements RequestHandler {

    @Inject
    PriceList list;

    @Override
    public CompletionStage<byte[]> answer(Request request) throws InterruptedException {
        String item = new String(request.bytes(), UTF_8);
        return CompletableFuture.completedFuture(list.price(item).getBytes(UTF_8));
    }
}
