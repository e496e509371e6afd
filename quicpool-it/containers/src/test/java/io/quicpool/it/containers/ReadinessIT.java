package io.quicpool.it.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a readiness probe sees while the peer of an application is not there yet, there, killed, and there again. */
class ReadinessIT {

    @Test
    void ofQuarkus() {
        try (Liberty peer = new Liberty();
                Quarkus quarkus = new Quarkus().asking(peer)) {
            follow(quarkus, peer);
        }
    }

    @Test
    void ofLiberty() {
        try (Quarkus peer = new Quarkus();
                Liberty liberty = new Liberty().asking(peer)) {
            follow(liberty, peer);
        }
    }

    @Test
    void ofHelidon() {
        try (Quarkus peer = new Quarkus();
                Liberty other = new Liberty();
                Helidon helidon = new Helidon().asking(peer, other)) {
            other.start();
            follow(helidon, peer);
        }
    }

    private static void follow(Container container, Container peer) {
        container.start();
        container.awaitReadiness(503);
        await().untilAsserted(
                        () -> assertThat(container.get(container.readyPath()).body())
                                .contains("nobody listens there")
                                .contains("DOWN"));
        // Not ready is no reason to be restarted.
        assertThat(container.get(container.livePath()).statusCode()).isEqualTo(200);

        peer.start();
        Duration found = container.awaitReadiness(200);
        peer.program().kill();
        Duration lost = container.awaitReadiness(503);
        peer.start();
        Duration back = container.awaitReadiness(200);

        Results.say(
                container,
                "503 without its peer; 200 " + found.toMillis() + " ms after the peer was up; 503 " + lost.toMillis()
                        + " ms after it was killed; 200 " + back.toMillis() + " ms after it was back");
        Results.shown(container, "readiness: no peer, peer, killed, back");
        // Three seconds of silence (three times keep-alive), or less when the system says that nobody listens; and a
        // slow machine.
        assertThat(lost).isLessThan(Duration.ofSeconds(10));
    }
}
