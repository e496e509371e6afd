package io.quicpool.it.containers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.QuicPools;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.TrustMaterial;
import java.io.IOException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * A developer changes the handler while the application runs in the dev mode of Quarkus. The pools are closed and opened again, and the
 * new handler finds new classes by the context class loader.
 */
class QuarkusDevIT {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Pattern STOPPED = Pattern.compile("prices stopped in (\\d+\\.\\d+)s");

    // A class that is new.
    private static final String LOADING = """
            package io.quicpool.it.prices;

            final class Loading {

                static boolean byContext() {
                    try {
                        String name = PriceList.class.getName();
                        return Thread.currentThread().getContextClassLoader().loadClass(name) == PriceList.class;
                    } catch (ClassNotFoundException e) {
                        return false;
                    }
                }
            }
            """;

    @Test
    void reloadsTheHandler() throws Exception {
        try (QuarkusDev quarkus = new QuarkusDev()) {
            // No peer is needed.
            quarkus.asking(Container.freePort());
            Results.startTime(quarkus, quarkus.start());
            try (ClientPool client = QuicPools.open(ClientPoolConfig.builder()
                    .name("prices")
                    .target("localhost:" + quarkus.prices)
                    .trust(TrustMaterial.fromPem(Container.CERTIFICATES.certificate()))
                    .build())) {
                String price = ask(client);
                assertThat(price).matches("\\d\\.\\d\\d");
                quarkus.add("Loading", LOADING);
                String code = "list.price(item)";
                for (String currency : new String[] {"EUR", "CHF"}) {
                    String loaded = "(Loading.byContext() + \" " + currency + "\")";
                    quarkus.edit("PriceHandler", code, loaded);
                    code = loaded;
                    // A request makes Quarkus check the sources, but not each request.
                    await().atMost(LONG)
                            .pollInterval(Duration.ofMillis(200))
                            .ignoreExceptions()
                            .untilAsserted(() -> {
                                assertThat(quarkus.get(quarkus.livePath()).statusCode())
                                        .isEqualTo(200);
                                assertThat(ask(client)).isEqualTo("true " + currency);
                            });
                }
            }
            STOPPED.matcher(quarkus.program().output())
                    .results()
                    .forEach(stop -> Results.say(quarkus, "stopped in " + stop.group(1) + " s for a reload"));
            Results.shown(quarkus, "live reload");
        }
    }

    private static String ask(ClientPool client) throws IOException, InterruptedException {
        try (PooledStream stream = client.take(LONG)) {
            stream.readTimeout(LONG);
            stream.outputStream().write("pear".getBytes(UTF_8));
            stream.outputStream().close();
            return new String(stream.inputStream().readAllBytes(), UTF_8);
        }
    }
}
