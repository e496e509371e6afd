package io.quicpool.it.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Nothing stalls: a round trip of 20 s would be an error. The counts can be raised: -Dquicpool.it.ping.rounds=100000
 * -Dquicpool.it.ping.times=10.
 */
@Timeout(1200)
class PingIT {

    private static final int ROUNDS = Integer.getInteger("quicpool.it.ping.rounds", 5_000);
    private static final int TIMES = Integer.getInteger("quicpool.it.ping.times", 1);
    private static final int STREAMS = 8;

    @Test
    void aPingPongDoesNotStall() throws Exception {
        try (PeerProcess server = PeerProcess.server();
                PeerProcess client = PeerProcess.client(server)) {
            String id = pair(server, client);
            for (int i = 1; i <= TIMES; i++) {
                String figures = client.ok("ping " + id + " " + ROUNDS);
                System.out.println("ping " + i + " of " + TIMES + ": " + figures);
                assertThat(figures).startsWith(ROUNDS + " p50=");
            }
        }
    }

    @Test
    void eightPingPongsAtOnceDoNotStall() throws Exception {
        try (PeerProcess server = PeerProcess.server();
                PeerProcess client = PeerProcess.client(server, "--min-capacity", "16")) {
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                ids.add(pair(server, client));
            }
            for (int i = 1; i <= TIMES; i++) {
                String figures = client.ok("ping " + String.join(",", ids) + " " + ROUNDS / STREAMS);
                System.out.println("ping of " + STREAMS + " at once, " + i + " of " + TIMES + ": " + figures);
                assertThat(figures).startsWith(ROUNDS / STREAMS * STREAMS + " p50=");
            }
        }
    }

    private static String pair(PeerProcess server, PeerProcess client) throws InterruptedException {
        await().until(() -> client.stat("idle") > 0);
        String id = server.ok("next");
        client.ok("get " + id);
        server.ok("echo " + id);
        return id;
    }
}
