package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.TlsMode;
import io.quicpool.testing.Pools;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A JVM whose main method has returned stays up for an open server pool, and for no client pool, whatever the engine. */
class JvmLifeTest {

    private final Pools pools = new Pools();
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void close() {
        started.forEach(Process::destroyForcibly);
        pools.close();
    }

    /** The program of the other JVM. */
    public static final class Program {

        private Program() {}

        public static void main(String[] arguments) throws Exception {
            Thread main = Thread.currentThread();
            if (arguments[0].equals("client")) {
                ClientPool client = QuicPools.open(ClientPoolConfig.builder()
                        .transport(Pools.CLIENT_ENGINE)
                        .target("127.0.0.1:" + arguments[1])
                        .tlsMode(TlsMode.INSECURE)
                        .build());
                client.take(SOON).close();
                System.out.println("served");
                return;
            }
            ServerPool server = QuicPools.open(ServerPoolConfig.builder()
                    .transport(Pools.SERVER_ENGINE)
                    .listen("127.0.0.1:0")
                    .certificate(Pools.CERTIFICATE)
                    .build());
            server.serve(
                    stream -> stream.outputStream().write(stream.inputStream().read() + 1));
            Thread other = new Thread(() -> control(main, server));
            other.setDaemon(true);
            other.start();
        }

        private static void control(Thread main, ServerPool server) {
            try {
                main.join();
                System.out.println(server.localAddress().getPort());
                // Until the test says so.
                if (System.in.read() == 'c') {
                    server.close();
                }
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dtest.engine.client=" + Pools.CLIENT_ENGINE,
                "-Dtest.engine.server=" + Pools.SERVER_ENGINE,
                "-cp",
                classPath(),
                Program.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        started.add(process);
        return process;
    }

    private static String classPath() {
        if (!(Program.class.getClassLoader() instanceof URLClassLoader loader)) {
            return System.getProperty("java.class.path");
        }
        List<String> paths = new ArrayList<>();
        try {
            for (URL each : loader.getURLs()) {
                paths.add(Path.of(each.toURI()).toString());
            }
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
        return String.join(File.pathSeparator, paths);
    }

    private static BufferedReader output(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static void assertEndsByItself(Process process) throws InterruptedException {
        assertThat(process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void anOpenServerPoolKeepsItUpUntilItIsClosed() throws Exception {
        Process process = start("server");
        String port = output(process).readLine();
        assertThat(port).isNotNull();
        ClientPool client = pools.keep(QuicPools.open(ClientPoolConfig.builder()
                .transport(Pools.CLIENT_ENGINE)
                .target("127.0.0.1:" + port)
                .tlsMode(TlsMode.INSECURE)
                .build()));
        for (int i = 0; i < 10; i++) {
            try (PooledStream stream = client.take(SOON)) {
                stream.readTimeout(SOON);
                stream.outputStream().write(i);
                assertThat(stream.inputStream().read()).isEqualTo(i + 1);
            }
        }
        assertThat(process.isAlive()).isTrue();
        process.getOutputStream().write('c');
        process.getOutputStream().flush();
        assertEndsByItself(process);
    }

    @Test
    void anOpenClientPoolDoesNot() throws Exception {
        ServerPool server = pools.server(s -> s);
        Process process = start("client", String.valueOf(server.localAddress().getPort()));
        assertThat(output(process).readLine()).isEqualTo("served");
        assertEndsByItself(process);
    }
}
