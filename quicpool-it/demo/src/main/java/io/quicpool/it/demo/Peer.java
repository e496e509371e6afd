package io.quicpool.it.demo;

import io.quicpool.config.KeyMaterial;
import io.quicpool.it.support.PemFiles;
import io.quicpool.it.support.SelfSigned;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * The service that the demo asks: a server pool in a separate process, which can be killed and started again. It ends
 * with this process, because its standard input ends then.
 */
@ApplicationScoped
public class Peer {

    private static final String PORT = "demo.peer.port";
    private static final String CERTIFICATE = "quicpool.server.certificate";
    private static final String PRIVATE_KEY = "quicpool.server.private-key";

    private final String jar;
    private final int port;
    private final String certificate;
    private final String privateKey;
    private @Nullable Process process;

    Peer(
            @ConfigProperty(name = "demo.peer") String jar,
            @ConfigProperty(name = PORT) int port,
            @ConfigProperty(name = CERTIFICATE) String certificate,
            @ConfigProperty(name = PRIVATE_KEY) String privateKey) {
        this.jar = jar;
        this.port = port;
        this.certificate = certificate;
        this.privateKey = privateKey;
    }

    /** Before the application is configured: a certificate for the peer and for our own server, and where they listen. */
    static void prepare() {
        String peer = System.getProperty("demo.peer", "");
        if (!Files.isRegularFile(Path.of(peer))) {
            throw new IllegalArgumentException(
                    "demo.peer = " + peer + ": there is no such file; it is built by the module peer");
        }
        try {
            Path folder = Files.createTempDirectory("quicpool-demo");
            KeyMaterial key = SelfSigned.forLoopback("quicpool-demo");
            PemFiles files = PemFiles.write(key, folder);
            for (Path file : List.of(folder, files.certificate(), files.privateKey())) {
                // In reverse order: the folder last.
                file.toFile().deleteOnExit();
            }
            System.setProperty(CERTIFICATE, files.certificate().toString());
            System.setProperty(PRIVATE_KEY, files.privateKey().toString());
            System.setProperty("quicpool.client.fingerprint", key.fingerprint().toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.setProperty(PORT, Integer.toString(freePort()));
        System.setProperty("demo.ingress.port", Integer.toString(freePort()));
    }

    // Not an ephemeral port, which a client could take while the peer is down.
    private static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(10_000, 32_000);
            try (DatagramSocket socket = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (SocketException taken) {
                // The next one.
            }
        }
    }

    /** Starts it, unless it runs. */
    synchronized void start() {
        if (alive()) {
            return;
        }
        try {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx64m",
                            "-jar",
                            jar,
                            "server",
                            "--listen",
                            "127.0.0.1:" + port,
                            "--cert-pem",
                            certificate,
                            "--key-pem",
                            privateKey,
                            "--keep-alive",
                            "1s",
                            "--serve",
                            "later",
                            // As in this application.
                            "--transport",
                            "kwik")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it. */
    @PreDestroy
    synchronized void kill() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly().onExit().join();
        }
    }

    synchronized boolean alive() {
        Process running = process;
        return running != null && running.isAlive();
    }
}
