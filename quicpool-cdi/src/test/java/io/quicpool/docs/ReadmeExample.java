package io.quicpool.docs;

import io.quicpool.ClientPool;
import io.quicpool.QuicPools;
import io.quicpool.ServerPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The example of README, compiled; ReadmeTest compares the two. */
final class ReadmeExample {

    private ReadmeExample() {}

    static CompletionStage<byte[]> example(byte[] question) {
        // README begins
        // The service that answers: a handler gets each request, and gives the answer now or later.
        KeyMaterial certificate = KeyMaterial.fromPem(Path.of("server.pem"), Path.of("server.key"));
        ServerPool server = QuicPools.open(ServerPoolConfig.builder()
                .name("orders")
                .listen("0.0.0.0:4433")
                .certificate(certificate)
                .build());
        server.answer(request -> CompletableFuture.completedFuture(request.bytes()));

        // The service that asks: one pool for the life of the service, one stream for each request.
        ClientPool client = QuicPools.open(ClientPoolConfig.builder()
                .name("orders")
                .target("orders.example:4433")
                .capacity(16, 256)
                .build());
        CompletionStage<byte[]> answer = client.request(question, Duration.ofSeconds(1));
        // README ends
        return answer;
    }
}
