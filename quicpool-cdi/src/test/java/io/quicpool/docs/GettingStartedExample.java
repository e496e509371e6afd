package io.quicpool.docs;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.QuicPools;
import io.quicpool.ServerPool;
import io.quicpool.StreamHandler;
import io.quicpool.cdi.QuicPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.TrustMaterial;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** The examples of docs/getting-started.md, compiled; GettingStartedTest runs them, ReadmeTest compares the two. */
public final class GettingStartedExample {

    private GettingStartedExample() {}

    // answering begins
    @ApplicationScoped
    @QuicPool("greetings")
    public static class Answers implements StreamHandler {

        @Override
        public void handle(PooledStream stream) throws IOException {
            String name = new String(stream.inputStream().readAllBytes(), UTF_8);
            stream.outputStream().write(("Hello, " + name).getBytes(UTF_8));
        }
    }
    // answering ends

    // asking begins
    @ApplicationScoped
    public static class Greetings {

        @Inject
        @QuicPool("greetings")
        ClientPool pool;

        public String greet(String name) throws IOException, InterruptedException {
            try (PooledStream stream = pool.incomingGet(Duration.ofSeconds(5))) {
                stream.outputStream().write(name.getBytes(UTF_8));
                stream.outputStream().close();
                return new String(stream.inputStream().readAllBytes(), UTF_8);
            }
        }

        void atStart(@Observes Startup event) throws IOException, InterruptedException {
            System.getLogger("greetings").log(System.Logger.Level.INFO, greet("world"));
        }
    }
    // asking ends

    public static String plain(Path keys, Path issuer, String address) throws IOException, InterruptedException {
        // plain begins
        ServerPoolConfig answering = ServerPoolConfig.builder()
                .name("greetings")
                .listen(address)
                .certificate(KeyMaterial.fromKeyStore(keys, "PKCS12", "changeit".toCharArray(), null))
                .build();
        ClientPoolConfig asking = ClientPoolConfig.builder()
                .name("greetings")
                .target(address)
                .trust(TrustMaterial.fromPem(issuer))
                .build();
        try (ServerPool server = QuicPools.open(answering);
                ClientPool client = QuicPools.open(asking)) {
            server.serve(stream -> {
                String name = new String(stream.inputStream().readAllBytes(), UTF_8);
                stream.outputStream().write(("Hello, " + name).getBytes(UTF_8));
            });
            try (PooledStream stream = client.incomingGet(Duration.ofSeconds(5))) {
                stream.outputStream().write("world".getBytes(UTF_8));
                stream.outputStream().close();
                return new String(stream.inputStream().readAllBytes(), UTF_8);
            }
        }
        // plain ends
    }
}
