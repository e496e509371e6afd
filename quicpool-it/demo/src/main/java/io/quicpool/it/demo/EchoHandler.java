package io.quicpool.it.demo;

import io.quicpool.Request;
import io.quicpool.RequestHandler;
import io.quicpool.cdi.QuicPool;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The demo's own service: sends back what it gets. */
@ApplicationScoped
@QuicPool("ingress")
public class EchoHandler implements RequestHandler {

    @Override
    public CompletionStage<byte[]> answer(Request request) {
        // Later, so that the chart has something to show. No thread waits meanwhile.
        return new CompletableFuture<byte[]>()
                .completeOnTimeout(
                        request.bytes(), ThreadLocalRandom.current().nextLong(30, 150), TimeUnit.MILLISECONDS);
    }
}
