package io.quicpool.cdi;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.StreamHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jboss.weld.junit5.EnableWeld;
import org.jboss.weld.junit5.WeldInitiator;
import org.jboss.weld.junit5.WeldSetup;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a user tests beans with pools: both ends in one container, over loopback, with weld-junit. */
@EnableWeld
class UnitTestOfABeanTest {

    @WeldSetup
    WeldInitiator weld = WeldInitiator.of(PoolRegistry.class, Shout.class, Caller.class);

    @Inject
    Caller caller;

    @Inject
    @QuicPool
    ClientPool only;

    // In place of META-INF/microprofile-config.properties.
    @BeforeAll
    static void configuration(@TempDir Path folder) {
        // Each test has its own port.
        Map<String, String> properties = new HashMap<>(App.server("voice", folder));
        properties.putAll(App.client("voice", "server:voice"));
        App.configure(properties);
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
            try (PooledStream stream = pool.take(SOON)) {
                stream.readTimeout(SOON);
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
        assertThat(only.snapshot().totals().handedOut()).isOne();
    }
}
