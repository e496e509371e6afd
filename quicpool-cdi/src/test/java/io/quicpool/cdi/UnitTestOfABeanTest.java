package io.quicpool.cdi;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.StreamHandler;
import io.quicpool.testing.Pools;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jboss.weld.junit5.EnableWeld;
import org.jboss.weld.junit5.WeldInitiator;
import org.jboss.weld.junit5.WeldSetup;
import org.junit.jupiter.api.Test;

/** How a user tests beans with pools: both ends in one container, over loopback, with weld-junit. */
@EnableWeld
class UnitTestOfABeanTest {

    private static final int PORT = Pools.freePort();

    @WeldSetup
    WeldInitiator weld = WeldInitiator.of(configured(App.weld(Shout.class, Caller.class)));

    @Inject
    Caller caller;

    private static <T> T configured(T weld) {
        try {
            Path folder = Files.createTempDirectory(Path.of("target"), "pem");
            Map<String, String> properties = new HashMap<>(App.server("voice", folder));
            properties.put("quicpool.server.\"voice\".listen", "127.0.0.1:" + PORT);
            properties.putAll(App.client("voice", "127.0.0.1:" + PORT));
            App.configure(properties);
            return weld;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @ApplicationScoped
    @QuicPool("voice")
    static class Shout implements StreamHandler {
        @Override
        public void handle(PooledStream stream) throws IOException {
            String text = new String(stream.inputStream().readAllBytes(), StandardCharsets.UTF_8);
            stream.outputStream().write(text.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8));
        }
    }

    @ApplicationScoped
    static class Caller {
        @Inject
        @QuicPool("voice")
        ClientPool pool;

        String ask(String question) throws IOException, InterruptedException {
            try (PooledStream stream = pool.incomingGet(Duration.ofSeconds(5))) {
                stream.readTimeout(Duration.ofSeconds(5));
                stream.outputStream().write(question.getBytes(StandardCharsets.UTF_8));
                stream.outputStream().close();
                return new String(stream.inputStream().readAllBytes(), StandardCharsets.UTF_8);
            }
        }
    }

    @Test
    void aBeanAsksAndTheHandlerAnswers() throws Exception {
        assertThat(caller.ask("hello")).isEqualTo("HELLO");
    }

    @Test
    void aSecondTestHasAContainerOfItsOwn() throws Exception {
        assertThat(caller.ask("again")).isEqualTo("AGAIN");
    }
}
