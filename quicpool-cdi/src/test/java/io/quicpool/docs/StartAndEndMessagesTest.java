package io.quicpool.docs;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.jmx.PoolMBeans;
import io.quicpool.settings.SettingsException;
import io.quicpool.settings.SettingsReader;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The messages about the start and the end of pools that docs/troubleshooting.md quotes are real. */
class StartAndEndMessagesTest extends QuotedMessages {

    @Test
    void portTaken() {
        ServerPool server = pools.server(s -> s);
        String address = "127.0.0.1:" + server.localAddress().getPort();
        thrown(catchThrowable(() -> pools.server(s -> s, address)));
        saysAll("The server does not start");
    }

    @Test
    void configuration() {
        var config = new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(
                        Map.of("quicpool.client.target", "orders:4433", "quicpool.client.tls-mod", "2"), "test", 100))
                .build();
        thrown(new SettingsException(SettingsReader.read(config).problems()));
        saysAll("The configuration is refused");
    }

    @Test
    void nameTaken() {
        ServerPool server = pools.server(s -> s);
        PoolMBeans.register(client(server, c -> c.name("twice")), "troubleshooting");
        PoolMBeans.register(client(server, c -> c.name("twice")), "troubleshooting");
        saysAll("There is no MXBean");
        watched.forEach(client -> healthShows("There is no MXBean", client));
    }

    @Test
    void closing() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = client(server, c -> c.capacity(1, 1));
        PooledStream held = client.take(SOON);
        client.close(SHORT);
        assertThat(catchThrowable(() -> held.outputStream().write(1))).isInstanceOf(IOException.class);
        // Compared with the sources, because it needs a handler that does not end.
        inSources("a listener or handler still runs after its interrupt; the pool closes without it");
        said.add("client: a listener or handler still runs after its interrupt; the pool closes without it");
        saysAll("Closing takes long");
    }
}
