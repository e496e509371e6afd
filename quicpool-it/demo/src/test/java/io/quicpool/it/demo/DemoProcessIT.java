package io.quicpool.it.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The packaged demo: what it leaves behind, which requests it accepts, and its message when its port is in use. */
class DemoProcessIT {

    @Test
    void leavesNoPeerBehindWhenItIsKilled() throws Exception {
        try (DemoProcess demo = new DemoProcess().awaitReady()) {
            List<ProcessHandle> peer = demo.children();
            assertThat(peer).hasSize(1);
            demo.process.destroyForcibly().onExit().join();
            await().until(() -> !peer.get(0).isAlive());
        }
    }

    @Test
    void refusesWhatAPageFromElsewhereAsksAndLeavesNoPeerBehindAtItsEnd() throws Exception {
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
            assertThat(demo.send(demo.request("/api/peer/start")
                                    .header("Origin", demo.url())
                                    .POST(BodyPublishers.noBody())
                                    .build())
                            .statusCode())
                    .isEqualTo(204);
            List<ProcessHandle> peer = demo.children();
            assertThat(peer).hasSize(1);
            demo.process.destroy();
            demo.process.onExit().join();
            await().until(() -> !peer.get(0).isAlive());
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
