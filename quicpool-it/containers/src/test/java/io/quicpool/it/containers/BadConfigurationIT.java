package io.quicpool.it.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** A configuration that cannot be used: the start fails, and the log says all that is wrong with it. */
class BadConfigurationIT {

    @Test
    void ofQuarkus() {
        try (Quarkus quarkus = new Quarkus()) {
            spoil(quarkus, "stock");
            assertThat(quarkus.launch().awaitEnd()).isNotZero();
            assertLogged(quarkus, "stock");
        }
    }

    @Test
    void ofLiberty() {
        try (Liberty liberty = new Liberty()) {
            spoil(liberty, "prices");
            liberty.launch();
            awaitLogged(liberty, "CWWKZ0012I: The application stock was not started");
            // The server runs, for other applications and the next attempt, but the application does not. Its port
            // opens after all applications were tried, whatever the result.
            liberty.awaitReadiness(503);
            assertThat(liberty.get("/stock/apple").statusCode()).isEqualTo(404);
            assertLogged(liberty, "prices");
        }
    }

    @Test
    void ofHelidon() {
        try (Helidon helidon = new Helidon()) {
            spoil(helidon, "prices");
            assertThat(helidon.launch().awaitEnd()).isNotZero();
            assertLogged(helidon, "prices");
        }
    }

    private static void spoil(Container container, String pool) {
        container.set("quicpool.client.\"" + pool + "\".max-capacty", "64");
        container.environment("QUICPOOL_CLIENT__" + pool.toUpperCase(Locale.ROOT) + "__MIN_CAPACITY", "many");
    }

    private static void awaitLogged(Container container, String what) {
        await().atMost(Duration.ofMinutes(1))
                .until(() -> container.program().output().contains(what));
    }

    private static void assertLogged(Container container, String pool) {
        String output = container.program().output();
        assertThat(output)
                .contains("quicpool cannot start: ")
                .contains("problems in its configuration")
                .contains("quicpool.client.\"" + pool + "\".max-capacty")
                .contains("max-capacity")
                .contains("= many (from ")
                .contains("must be a whole number");
        Results.shown(container, "bad configuration");
    }
}
