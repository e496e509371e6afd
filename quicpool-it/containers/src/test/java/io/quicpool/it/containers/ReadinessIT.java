package io.quicpool.it.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * What a readiness probe sees in each container before the peer of all of them starts, while it runs, when it is
 * killed, and when it is back.
 */
class ReadinessIT {

    @Test
    void followsThePeer() {
        List<Container> all = new ArrayList<>();
        try (Quarkus peer = new Quarkus()) {
            all.add(new Quarkus().asking(peer));
            all.add(new Liberty().asking(peer));
            if (Helidon.canRun()) {
                all.add(new Helidon().asking(peer));
            }
            follow(all, peer);
        } finally {
            all.forEach(Container::close);
        }
    }

    private static void follow(List<Container> all, Container peer) {
        Container.start(all.toArray(Container[]::new));
        for (Container container : all) {
            container.awaitReadiness(503);
            await().untilAsserted(() -> assertThat(
                            container.get(container.readyPath()).body())
                    .contains("nobody listens there")
                    .contains("DOWN"));
            // Once, and not twice.
            assertThat(container.get(container.readyPath()).body().split("\"quicpool\"", -1))
                    .hasSize(2);
            // Not ready is no reason to be restarted.
            assertThat(container.get(container.livePath()).statusCode()).isEqualTo(200);
        }

        peer.start();
        List<Duration> found = readiness(all, 200);
        peer.program().kill();
        List<Duration> lost = readiness(all, 503);
        peer.start();
        List<Duration> back = readiness(all, 200);

        for (int i = 0; i < all.size(); i++) {
            Container container = all.get(i);
            Results.say(
                    container,
                    "503 without its peer; 200 " + found.get(i).toMillis() + " ms after the peer was up; 503 "
                            + lost.get(i).toMillis() + " ms after it was killed; 200 "
                            + back.get(i).toMillis() + " ms after it was back");
            Results.shown(container, "readiness: no peer, peer, killed, back");
            // Three seconds of silence (three times keep-alive), or less when the system says that nobody listens. The
            // rest is for a busy machine. A probe that does not follow its peer would never say it.
            assertThat(lost.get(i)).isLessThan(Duration.ofSeconds(40));
        }
    }

    /** How long it took in each. All are watched at the same time. */
    private static List<Duration> readiness(List<Container> all, int status) {
        List<CompletableFuture<Duration>> watches = new ArrayList<>();
        for (Container each : all) {
            CompletableFuture<Duration> watch = new CompletableFuture<>();
            watches.add(watch);
            Thread thread = new Thread(() -> watch.completeAsync(() -> each.awaitReadiness(status), Runnable::run));
            thread.setDaemon(true);
            thread.start();
        }
        return watches.stream().map(CompletableFuture::join).toList();
    }
}
