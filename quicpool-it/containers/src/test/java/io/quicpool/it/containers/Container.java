package io.quicpool.it.containers;

import static org.awaitility.Awaitility.await;

import io.quicpool.it.support.PemFiles;
import io.quicpool.it.support.QuickJava;
import io.quicpool.it.support.SelfSigned;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A packaged application in its container, in a separate process, on loopback. May be started again after its end. */
abstract class Container implements AutoCloseable {

    /** The certificate of every server here, which every client trusts. */
    static final PemFiles CERTIFICATES = PemFiles.write(SelfSigned.forLoopback("containers"), Path.of("target", "tls"));

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    static {
        // On a busy machine everything may take long.
        Awaitility.setDefaultTimeout(PATIENCE);
    }

    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    // Not HTTP/2: at SIGTERM Liberty ends its connections even with requests in progress.
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    private final String name;
    private final Map<String, String> properties = new LinkedHashMap<>();
    private final List<String> javaOptions = new ArrayList<>();
    private List<String> compiler = QuickJava.OPTIONS;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final int httpPort = freePort();
    private final int jmxPort = freePort();
    private Jdk jdk = Jdk.CURRENT;
    private @Nullable Program program;

    Container(String name) {
        this.name = name;
        set("quicpool.server.certificate", CERTIFICATES.certificate().toString());
        set("quicpool.server.private-key", CERTIFICATES.privateKey().toString());
        set("quicpool.client.trust-certificates", CERTIFICATES.certificate().toString());
        // A peer that was killed is noticed after three seconds.
        set("quicpool.client.keep-alive", "1s");
        set("quicpool.server.keep-alive", "1s");
        set("quicpool.client.readiness.grace", "0s");
    }

    // ---- what a kind of container knows

    abstract String version();

    abstract String readyPath();

    /** The path for the first answer. Not the readiness probe, which may be DOWN for good reasons. */
    abstract String livePath();

    /** The command that starts it in this folder, with these options for its Java. */
    abstract List<String> command(Jdk on, Path folder, List<String> options) throws IOException;

    // ---- settings, before the start

    /** By system property. */
    Container set(String property, String value) {
        properties.put(property, value);
        return this;
    }

    Map<String, String> properties() {
        return properties;
    }

    /** By environment variable. */
    Container environment(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** An option for its Java. */
    Container option(String option) {
        javaOptions.add(option);
        return this;
    }

    /** With the optimizing compiler, as users run it. */
    Container optimized() {
        compiler = List.of();
        return this;
    }

    Container on(Jdk other) {
        jdk = other;
        return this;
    }

    // ---- the life of the process

    /** Starts it and waits until it answers. Returns how long that took. */
    Duration start() {
        long begin = System.nanoTime();
        launch();
        awaitStart();
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /** Starts them at the same time and waits until each answers. */
    static void start(Container... containers) {
        for (Container each : containers) {
            each.launch();
        }
        for (Container each : containers) {
            each.awaitStart();
        }
    }

    private void awaitStart() {
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !program().alive() || answers());
        if (!program().alive()) {
            throw new IllegalStateException(name + " has ended:\n" + program().output());
        }
    }

    /** Starts it without waiting, because others start too or it is expected to fail. */
    Program launch() {
        List<String> options = new ArrayList<>(compiler);
        options.addAll(List.of(
                "-Xmx256m",
                "-Dcom.sun.management.jmxremote.port=" + jmxPort,
                "-Dcom.sun.management.jmxremote.rmi.port=" + jmxPort,
                "-Dcom.sun.management.jmxremote.host=127.0.0.1",
                "-Djava.rmi.server.hostname=127.0.0.1",
                "-Dcom.sun.management.jmxremote.authenticate=false",
                "-Dcom.sun.management.jmxremote.ssl=false"));
        options.addAll(javaOptions);
        properties.forEach((key, value) -> options.add("-D" + key + "=" + value));
        Program started;
        try {
            Files.createDirectories(folder());
            started = new Program(name, folder(), environment, command(jdk, folder(), options));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        program = started;
        return started;
    }

    /** Where it runs. */
    Path folder() {
        return Path.of("target", "run", name + "-" + httpPort).toAbsolutePath();
    }

    Program program() {
        Program started = program;
        if (started == null) {
            throw new IllegalStateException(name + " was not started");
        }
        return started;
    }

    private boolean answers() {
        try {
            return get(livePath()).statusCode() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** Waits until the readiness probe gets this answer. Returns how long that took. */
    Duration awaitReadiness(int status) {
        long begin = System.nanoTime();
        await().pollInterval(Duration.ofMillis(10))
                .ignoreExceptions()
                .until(() -> get(readyPath()).statusCode() == status);
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    @Override
    public void close() {
        Program started = program;
        if (started != null) {
            started.close();
        }
    }

    // ---- its clients

    String url() {
        return "http://127.0.0.1:" + httpPort;
    }

    int httpPort() {
        return httpPort;
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create(url()).resolve(path))
                .timeout(PATIENCE)
                .build();
    }

    HttpResponse<String> get(String path) {
        try {
            return HTTP.send(request(path), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    CompletableFuture<HttpResponse<String>> getAsync(String path) {
        return HTTP.sendAsync(request(path), HttpResponse.BodyHandlers.ofString());
    }

    /** A remote JMX connection; the caller closes it. */
    @SuppressWarnings("BanJNDI") // a process of ours, on loopback
    JMXConnector jmx() {
        try {
            return JMXConnectorFactory.connect(
                    new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + jmxPort + "/jmxrmi"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A free port below the ephemeral ports; never the same port twice. */
    static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(10_000, 32_000);
            if (!GIVEN.add(port)) {
                continue;
            }
            try (ServerSocket tcp = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                    java.net.DatagramSocket udp = new java.net.DatagramSocket(port, InetAddress.getLoopbackAddress())) {
                return Math.min(tcp.getLocalPort(), udp.getLocalPort());
            } catch (IOException taken) {
                // The next one.
            }
        }
    }

    @Override
    public String toString() {
        return name + " " + version() + ", Java " + jdk.feature();
    }
}
