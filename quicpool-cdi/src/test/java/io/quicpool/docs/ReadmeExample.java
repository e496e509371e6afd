package io.quicpool.docs;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.QuicPools;
import io.quicpool.ServerPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** The example of README, compiled; ReadmeTest compares the two. */
final class ReadmeExample {

    private ReadmeExample() {}

    static byte[] example(byte[] request) throws IOException, InterruptedException {
        // README begins
        // The service that answers: a handler gets each stream on which a client begins to speak.
        KeyMaterial certificate = KeyMaterial.fromPem(Path.of("server.pem"), Path.of("server.key"));
        ServerPool server = QuicPools.open(ServerPoolConfig.builder()
                .name("orders")
                .listen("0.0.0.0:4433")
                .certificate(certificate)
                .build());
        server.serve(stream -> stream.outputStream().write(stream.inputStream().readAllBytes()));

        // The service that asks: one pool for the life of the service, one stream a request.
        ClientPool client = QuicPools.open(ClientPoolConfig.builder()
                .name("orders")
                .target("orders.example:4433")
                .capacity(16, 256)
                .build());
        try (PooledStream stream = client.take(Duration.ofSeconds(1))) {
            stream.outputStream().write(request);
            stream.outputStream().close();
            byte[] answer = stream.inputStream().readAllBytes();
            // README ends
            return answer;
        }
    }
}
