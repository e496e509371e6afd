package io.quicpool.it.program;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.QuicPools;
import io.quicpool.ServerPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.TlsMode;
import io.quicpool.jmx.PoolMBeans;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import javax.management.ObjectName;

/** Sends a word from a client pool to a server pool and back. */
public final class Main {

    private static final Duration SOON = Duration.ofSeconds(60);

    private Main() {}

    public static void main(String... arguments) throws Exception {
        KeyMaterial certificate = KeyMaterial.fromPem(Path.of(arguments[0]), Path.of(arguments[1]));
        try (ServerPool server = QuicPools.open(ServerPoolConfig.builder()
                        .listen("127.0.0.1:0")
                        .certificate(certificate)
                        .build());
                ClientPool client = QuicPools.open(ClientPoolConfig.builder()
                        .target("localhost:" + server.localAddress().getPort())
                        .tlsMode(TlsMode.INSECURE)
                        .build());
                PooledStream asking = client.take(SOON);
                PooledStream answering = server.take(asking.id(), SOON)) {
            asking.outputStream().write("hello".getBytes(StandardCharsets.UTF_8));
            asking.outputStream().close();
            byte[] heard = answering.inputStream().readAllBytes();
            answering.outputStream().write(heard);
            answering.outputStream().close();
            System.out.println(new String(asking.inputStream().readAllBytes(), StandardCharsets.UTF_8));
            for (ObjectName name : PoolMBeans.register(client, "program")) {
                System.out.println("state " + ManagementFactory.getPlatformMBeanServer().getAttribute(name, "State"));
            }
            System.out.println(QuicPools.class.getModule());
        }
    }
}
