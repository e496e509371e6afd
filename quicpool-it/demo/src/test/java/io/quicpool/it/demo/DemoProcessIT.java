package io.quicpool.it.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged demo: what it leaves, whom it lets in, and what it says when its port is taken. */
class DemoProcessIT {

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void leavesNoPeerBehind(boolean orderly) throws Exception {
        try (DemoProcess demo = new DemoProcess().awaitReady()) {
            List<ProcessHandle> peer = demo.children();
            assertThat(peer).hasSize(1);
            if (orderly) {
                demo.process.destroy();
            } else {
                demo.process.destroyForcibly();
            }
            demo.process.onExit().join();
            await().until(() -> !peer.get(0).isAlive());
        }
    }

    @Test
    void refusesWhatAPageFromElsewhereAsks() throws Exception {
        try (DemoProcess demo = new DemoProcess().awaitReady()) {
            assertThat(demo.send(demo.request("/api/peer/kill")
                                    .header("Origin", "http://example.org")
                                    .POST(BodyPublishers.noBody())
                                    .build())
                            .statusCode())
                    .isEqualTo(403);
            assertThat(demo.children()).hasSize(1);
            assertThat(demo.send(demo.request("/api/peer/kill")
                                    .header("Origin", demo.url())
                                    .POST(BodyPublishers.noBody())
                                    .build())
                            .statusCode())
                    .isEqualTo(204);
            await().until(() -> demo.children().isEmpty());
        }
    }

    @Test
    void saysThatItsPortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                DemoProcess demo = new DemoProcess(taken.getLocalPort())) {
            assertThat(demo.process.onExit().join().exitValue()).isEqualTo(2);
            assertThat(demo.output())
                    .contains("port " + taken.getLocalPort() + " is taken")
                    .contains("-Dquicpool.demo.port=");
        }
    }
}
