package io.quicpool.it.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two processes know the same streams under the same ids. */
class PairingIT {

    /** A hundred times as long as it takes on two cores. */
    private static final Duration FILLED = Duration.ofSeconds(60);

    private static final int BULK = Integer.getInteger("quicpool.it.bulk", 20_000_000);
    private static final String[] THOUSAND = {"--min-capacity", "1000", "--max-capacity", "1000"};

    @Test
    void streamsArePairedUnderTheSameIdBothWays() throws Exception {
        try (PeerProcess server = PeerProcess.server();
                PeerProcess client = PeerProcess.client(server)) {
            String first = server.ok("next");
            assertThat(first).isEqualTo("00000000");
            assertThat(client.ok("get " + first)).isEqualTo(first);
            client.ok("send " + first + " hello over there, ä");
            assertThat(server.ok("recv " + first)).isEqualTo("hello over there, ä");
            String second = client.ok("next");
            assertThat(server.ok("get " + second)).isEqualTo(second);
            server.ok("send " + second + " and back");
            assertThat(client.ok("recv " + second)).isEqualTo("and back");
            client.ok("close " + second);
            assertThat(server.ask("recv " + second)).startsWith("error ");
            assertThat(client.quit()).isZero();
            assertThat(server.quit()).isZero();
        }
    }

    @Test
    void everyOneOfAThousandIdleStreamsWorks() throws Exception {
        try (PeerProcess server = PeerProcess.server();
                PeerProcess client = PeerProcess.client(server, THOUSAND)) {
            // Ready means connected, with the first id; neither process has done anything before.
            long begin = System.nanoTime();
            await().atMost(FILLED).pollInterval(Duration.ofMillis(10)).until(() -> client.stat("idle") == 1000);
            long filled = (System.nanoTime() - begin) / 1_000_000;
            System.out.println(
                    "1,000 streams opened: " + filled + " ms after the first, " + client.stat("failed") + " failed");
            assertThat(client.stat("failed")).isZero();
            // Pipelined: answers come in order.
            for (int i = 0; i < 1000; i++) {
                server.send("next");
            }
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                ids.add(server.answer().substring(3));
            }
            assertThat(ids).doesNotHaveDuplicates();
            for (String id : ids) {
                client.send("get " + id);
                client.send("send " + id + " to " + id);
                server.send("recv " + id);
            }
            for (String id : ids) {
                assertThat(client.answer()).isEqualTo("ok " + id);
                assertThat(client.answer()).isEqualTo("ok");
                assertThat(server.answer()).isEqualTo("ok to " + id);
            }
        }
    }

    @Test
    void bulkGoesThrough() throws Exception {
        try (PeerProcess server = PeerProcess.server();
                PeerProcess client = PeerProcess.client(server)) {
            String id = server.ok("next");
            client.ok("get " + id);
            client.send("push " + id + " " + BULK);
            String sunk = server.ok("sink " + id);
            assertThat(client.answer()).startsWith("ok " + BULK + " MBps=");
            assertThat(sunk).startsWith(BULK + " MBps=");
            System.out.println("bulk, one stream: " + sunk);
        }
    }

    @Test
    void theToolGoesOnAfterErrors() throws Exception {
        try (PeerProcess server = PeerProcess.server();
                PeerProcess client = PeerProcess.client(server)) {
            assertThat(client.ask("get xyz"))
                    .isEqualTo("error stream id = \"xyz\": must be 8 hex digits, such as 9f3a01c7");
            assertThat(client.ask("get 12345678 50")).startsWith("error client default: no stream 12345678 within ");
            assertThat(client.ask("send 12345678 x")).contains("is not held");
            assertThat(client.ask("bounds 9 3"))
                    .contains("min-capacity = 9: must be from 1 to max-capacity, which is 3");
            assertThat(client.ask("frobnicate")).startsWith("error unknown command \"frobnicate\"");
            assertThat(client.ask("next 0")).contains("no positive whole number");
            client.ok("bounds 3 9");
            await().atMost(Duration.ofMinutes(1)).until(() -> client.stat("idle") <= 9);
            client.ok("flush");
            client.ok("reset-error");
            assertThat(client.stat("errors")).isZero();
            client.ok("next");
        }
    }
}
