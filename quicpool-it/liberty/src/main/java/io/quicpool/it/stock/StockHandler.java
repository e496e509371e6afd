package io.quicpool.it.stock;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quicpool.Request;
import io.quicpool.RequestHandler;
import io.quicpool.cdi.QuicPool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Answers other services: a request to the server pool "stock" is the name of an item, and the answer the number that is
 * left.
 */
@ApplicationScoped
@QuicPool("stock")
public class StockHandler implements RequestHandler {

    @Inject
    Shelves shelves;

    @Override
    public CompletionStage<byte[]> answer(Request request) throws InterruptedException {
        String item = new String(request.bytes(), UTF_8);
        return CompletableFuture.completedFuture(
                Integer.toString(shelves.count(item)).getBytes(UTF_8));
    }
}
