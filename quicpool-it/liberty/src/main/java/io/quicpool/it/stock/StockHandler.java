package io.quicpool.it.stock;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quicpool.PooledStream;
import io.quicpool.StreamHandler;
import io.quicpool.cdi.QuicPool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;

/**
 * Answers other services: each stream of the server pool "stock" carries the name of an item, and the number that is
 * left back.
 */
@ApplicationScoped
@QuicPool("stock")
public class StockHandler implements StreamHandler {

    // No item has a longer name.
    private static final int MAX_NAME_LENGTH = 100;

    @Inject
    Shelves shelves;

    @Override
    public void handle(PooledStream stream) throws IOException, InterruptedException {
        String item = new String(stream.inputStream().readNBytes(MAX_NAME_LENGTH), UTF_8);
        stream.outputStream().write(Integer.toString(shelves.count(item)).getBytes(UTF_8));
    }
}
