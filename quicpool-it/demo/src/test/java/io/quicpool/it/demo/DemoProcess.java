package io.quicpool.it.demo;

import static org.awaitility.Awaitility.await;

import io.quicpool.it.support.QuickJava;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.awaitility.Awaitility;

/** The packaged demo in a separate process. */
final class DemoProcess implements AutoCloseable {

    static {
        // On a busy machine everything may take long.
        Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
    }

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    final int port;
    final Process process;
    private final File log;

    DemoProcess() throws IOException {
        this(freePort());
    }

    DemoProcess(int port) throws IOException {
        this.port = port;
        this.log = new File("target/demo-" + port + ".log");
        process = new ProcessBuilder(QuickJava.command(
                        "-Ddemo.port=" + port,
                        "-Ddemo.peer=" + System.getProperty("demo.peer"),
                        "-jar",
                        "target/quarkus-app/quarkus-run.jar"))
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
    }

    DemoProcess awaitReady() {
        await().atMost(Duration.ofMinutes(1))
                .ignoreExceptions()
                .until(() -> send(request("/q/health/ready").build()).statusCode() == 200);
        return this;
    }

    String url() {
        return "http://localhost:" + port;
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url() + path));
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** The processes that it started. */
    List<ProcessHandle> children() {
        return process.descendants().toList();
    }

    String output() throws IOException {
        return Files.readString(log.toPath());
    }

    static int freePort() {
        while (true) {
            try (ServerSocket socket =
                    new ServerSocket(ThreadLocalRandom.current().nextInt(10_000, 32_000))) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                // The next one.
            }
        }
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
