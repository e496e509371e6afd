package io.quicpool.it.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.KeyMaterial;
import io.quicpool.it.support.SelfSigned;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole process is killed or closed while the pool of the client is full, and is started again. */
class RecoveryIT {

    /** The time to notice, three keep-alives of a second, and to reconnect, on a busy machine. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(60);

    private static final int IDLE = 1000;

    @TempDir
    private Path folder;

    private Path pem() throws IOException {
        Path file = folder.resolve("server.pem");
        KeyMaterial made = SelfSigned.forLoopback("recovery");
        Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
        try {
            Files.writeString(
                    file,
                    "-----BEGIN CERTIFICATE-----\n"
                            + lines.encodeToString(
                                    made.certificateChain().get(0).getEncoded())
                            + "\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n"
                            + lines.encodeToString(made.privateKey().getEncoded())
                            + "\n-----END PRIVATE KEY-----\n");
        } catch (CertificateEncodingException e) {
            throw new IOException(e);
        }
        return file;
    }

    // Not an ephemeral port, which another socket could take while the server is away.
    private static String address() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(10_000, 32_000);
            try (DatagramSocket free = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
                return "127.0.0.1:" + free.getLocalPort();
            } catch (SocketException taken) {
                // The next one.
            }
        }
    }

    private static PeerProcess server(Path pem, String listen) throws Exception {
        PeerProcess server = new PeerProcess(
                "server",
                "--listen",
                listen,
                "--keep-alive",
                "1s",
                "--cert-pem",
                pem.toString(),
                "--key-pem",
                pem.toString());
        server.awaitReady();
        return server;
    }

    private static PeerProcess client(String target) throws IOException {
        return new PeerProcess(
                "client",
                "--target",
                target,
                "--tls-mode",
                "1",
                "--keep-alive",
                "1s",
                "--min-capacity",
                Integer.toString(IDLE),
                "--max-capacity",
                Integer.toString(IDLE));
    }

    private static long millisSince(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }

    // Every stream that is taken now is of the new server: it has the id and receives the data.
    private static void assertStreamsWork(PeerProcess server, PeerProcess client) throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            String id = server.ok("next");
            client.ok("get " + id + " 60000");
            client.ok("send " + id + " number " + i);
            assertThat(server.ok("recv " + id)).isEqualTo("number " + i);
            String any = client.ok("next");
            server.ok("get " + any + " 60000");
        }
    }

    @Test
    void aKilledServerThatIsStartedAgain() throws Exception {
        Path pem = pem();
        String address = address();
        PeerProcess first = server(pem, address);
        try (PeerProcess client = client(address)) {
            client.awaitReady();
            await().atMost(MAX_WAIT).until(() -> client.stat("idle") == IDLE);
            long connections = client.stat("connects");
            long kill = System.nanoTime();
            first.kill();
            try (PeerProcess second = server(pem, address)) {
                long back = millisSince(kill);
                // Each has noticed it by itself: until then its streams count as alive.
                await().atMost(MAX_WAIT).until(() -> client.stat("lost") == connections);
                long noticed = millisSince(kill);
                await().atMost(MAX_WAIT).until(() -> client.stat("idle") == IDLE);
                long fresh = millisSince(kill);
                System.out.println("server killed: back after " + back + " ms, loss noticed after " + noticed + " ms, "
                        + IDLE + " new idle streams after " + fresh + " ms");
                assertStreamsWork(second, client);
            }
        }
    }

    @Test
    void aServerThatIsClosedInOrderAndStartedAgain() throws Exception {
        Path pem = pem();
        String address = address();
        PeerProcess first = server(pem, address);
        try (PeerProcess client = client(address)) {
            client.awaitReady();
            await().atMost(MAX_WAIT).until(() -> client.stat("idle") == IDLE);
            long before = client.stat("connects");
            assertThat(first.quit()).isZero();
            await().atMost(MAX_WAIT).until(() -> client.stat("idle") == 0);
            try (PeerProcess second = server(pem, address)) {
                long back = System.nanoTime();
                await().atMost(MAX_WAIT).until(() -> client.stat("connects") > before && client.stat("idle") > 0);
                long again = millisSince(back);
                await().atMost(MAX_WAIT).until(() -> client.stat("idle") == IDLE);
                System.out.println("server closed in order: first stream " + again + " ms and " + IDLE + " "
                        + millisSince(back) + " ms after it was back");
                assertStreamsWork(second, client);
            }
        }
    }

    @Test
    void aClientThatIsStartedBeforeItsServer() throws Exception {
        Path pem = pem();
        String address = address();
        try (PeerProcess client = client(address)) {
            await().atMost(MAX_WAIT).until(() -> client.stat("errors") > 2);
            try (PeerProcess server = server(pem, address)) {
                client.awaitReady();
                assertStreamsWork(server, client);
            }
        }
    }

    @Test
    void theStreamsOfAKilledClientAreEvicted() throws Exception {
        try (PeerProcess server = server(pem(), "127.0.0.1:0")) {
            PeerProcess client = client("127.0.0.1:" + server.said("port"));
            client.awaitReady();
            await().atMost(MAX_WAIT).until(() -> server.stat("idle") == IDLE);
            long kill = System.nanoTime();
            client.kill();
            await().atMost(MAX_WAIT).until(() -> server.stat("idle") == 0);
            System.out.println("client killed: its streams were evicted after " + millisSince(kill) + " ms");
        }
    }
}
