package io.quicpool.it.jconsole;

import io.quicpool.ClientPool;
import io.quicpool.PoolException;
import io.quicpool.PooledStream;
import io.quicpool.QuicPools;
import io.quicpool.ServerPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.TlsMode;
import io.quicpool.it.support.SelfSigned;
import io.quicpool.jmx.PoolMBeans;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.management.Attribute;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * A server pool and a client pool over loopback, both with their MXBeans, and a few requests now and then. Says its process id,
 * then reads bounds of capacity for the client pool, {@code MIN MAX} a line, and sets them over JMX; ends with its input.
 */
final class Subject {

    private static final String APPLICATION = "demo";
    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final long PAUSE_MILLIS = 200;

    private Subject() {}

    public static void main(String[] args) throws IOException, JMException {
        KeyMaterial certificate = SelfSigned.forLoopback("quicpool-jconsole");
        try (ServerPool server = QuicPools.open(ServerPoolConfig.builder()
                        .name("orders")
                        .listen("127.0.0.1:0")
                        .certificate(certificate)
                        .build());
                ClientPool client = QuicPools.open(ClientPoolConfig.builder()
                        .name("orders")
                        .target("127.0.0.1:" + server.localAddress().getPort())
                        .tlsMode(TlsMode.SELF_SIGNED)
                        .fingerprint(certificate.fingerprint())
                        .capacity(8, 16)
                        .interval(Duration.ofMillis(100), Duration.ofMillis(500))
                        .build())) {
            server.serve(
                    stream -> stream.outputStream().write(stream.inputStream().readAllBytes()));
            PoolMBeans.register(server, APPLICATION);
            List<ObjectName> names = PoolMBeans.register(client, APPLICATION);
            Thread caller = new Thread(() -> call(client), "caller");
            caller.setDaemon(true);
            caller.start();
            obey(names.get(0), System.out);
        }
    }

    private static void obey(ObjectName pool, PrintStream out) throws IOException, JMException {
        MBeanServer jmx = ManagementFactory.getPlatformMBeanServer();
        out.println(ProcessHandle.current().pid());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] bounds = line.strip().split(" +", -1);
            if (bounds.length != 2) {
                throw new IllegalArgumentException("not MIN MAX: " + line);
            }
            Attribute min = new Attribute("MinCapacity", Integer.valueOf(bounds[0]));
            Attribute max = new Attribute("MaxCapacity", Integer.valueOf(bounds[1]));
            // The lower bound must never be above the upper.
            boolean up = Integer.parseInt(bounds[1]) > (Integer) jmx.getAttribute(pool, "MaxCapacity");
            jmx.setAttribute(pool, up ? max : min);
            jmx.setAttribute(pool, up ? min : max);
        }
    }

    private static void call(ClientPool client) {
        try {
            while (true) {
                try (PooledStream stream = client.take(WAIT)) {
                    stream.readTimeout(WAIT);
                    stream.outputStream().write(new byte[1024]);
                    stream.outputStream().close();
                    stream.inputStream().readAllBytes();
                } catch (IOException | PoolException e) {
                    // Shown among the attributes, or not needed in the pictures.
                }
                TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(2 * PAUSE_MILLIS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
