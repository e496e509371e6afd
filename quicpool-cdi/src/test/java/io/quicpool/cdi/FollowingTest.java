package io.quicpool.cdi;

import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quicpool.ClientPool;
import io.quicpool.settings.SettingsException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client pool connects to a server pool of the same application, which has a port that the system chose. */
class FollowingTest {

    @TempDir
    Path folder;

    private Map<String, String> properties(String listen) {
        Map<String, String> properties = App.server("ingress", folder);
        properties.put("quicpool.server.\"ingress\".listen", listen);
        properties.putAll(App.client("own", "server:ingress"));
        return properties;
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:0", "0.0.0.0:0"})
    void aClientPoolFollowsAServerPoolOnAnyPort(String listen) {
        try (App app = App.start(properties(listen))) {
            PoolRegistry registry = app.get(PoolRegistry.class);
            ClientPool own = registry.client("own");
            awaitIdle(own, 8);
            assertThat(own.snapshot().peers().get(0).remote().getPort())
                    .isEqualTo(registry.server("ingress").localAddress().getPort());
        }
    }

    @Test
    void aServerPoolThatIsSwitchedOffIsNone() {
        Map<String, String> properties = properties("localhost:0");
        properties.put("quicpool.server.\"ingress\".enabled", "false");
        assertThatThrownBy(() -> App.start(properties))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("quicpool.client.\"own\".target = server:ingress (from")
                .hasMessageContaining("there is no server pool \"ingress\" in this application");
    }
}
