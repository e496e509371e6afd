package io.quicpool.it.peer;

import io.quicpool.QuicPools;
import io.quicpool.ServerPool;
import io.quicpool.StreamHandler;
import io.quicpool.config.CongestionControl;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.ServerPoolConfigBuilder;
import io.quicpool.it.support.SelfSigned;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A server pool. */
@Command(
        name = "server",
        mixinStandardHelpOptions = true,
        description = "A server pool; without a certificate it makes one for loopback and prints its fingerprint.")
final class ServerCommand implements Callable<Integer> {

    enum Serve {
        /** Sends back what comes. */
        echo,
        /** Answers 8 bytes with the nano time at which the handler started. */
        stamp,
        /** Reads to the end, then ends its side. */
        sink;

        StreamHandler handler() {
            return switch (this) {
                case echo -> Handlers::echo;
                case stamp -> Handlers::stamp;
                case sink -> Handlers::sink;
            };
        }
    }

    @Option(
            names = "--listen",
            paramLabel = "H:P",
            required = true,
            description = "where to listen; port 0: any, printed")
    String listen = "";

    @Option(names = "--serve", description = "client-led, with this handler: ${COMPLETION-CANDIDATES}")
    @Nullable Serve serve;

    @Option(names = "--name", description = "name of the pool")
    @Nullable String name;

    @Option(names = "--max-capacity", paramLabel = "N", description = "idle streams at most, over all clients")
    @Nullable Integer maxCapacity;

    @Option(names = "--client-ip", paramLabel = "IP|CIDR", description = "who may connect; can be repeated")
    List<String> clientIps = List.of();

    @Option(names = "--keep-alive", description = "a third of the idle time-out")
    @Nullable Duration keepAlive;

    @Option(names = "--hello-timeout", description = "how long a stream may wait for its hello")
    @Nullable Duration helloTimeout;

    @Option(names = "--max-streams-per-connection", paramLabel = "N", description = "idle and in use, per client")
    @Nullable Integer maxStreams;

    @Option(names = "--max-connections", paramLabel = "N", description = "clients at most")
    @Nullable Integer maxConnections;

    @Option(names = "--max-pending-hellos", paramLabel = "N", description = "streams without a hello at most")
    @Nullable Integer maxPendingHellos;

    @Option(names = "--max-pending-handshakes", paramLabel = "N", description = "clients that are connecting at most")
    @Nullable Integer maxPendingHandshakes;

    @Option(names = "--address-validation", description = "clients must show that their address is their own (Retry)")
    boolean addressValidation;

    @Option(names = "--alpn", description = "application protocol")
    @Nullable String alpn;

    @Option(names = "--transport", paramLabel = "ENGINE", description = "QUIC engine: kwik (default) or netty")
    @Nullable String transport;

    @Option(names = "--congestion-control", description = "cubic, reno or bbr, where the engine can choose")
    @Nullable String congestionControl;

    @Mixin
    KeyOptions keys = new KeyOptions();

    @Override
    public Integer call() {
        KeyMaterial given = keys.material();
        KeyMaterial certificate = given != null ? given : SelfSigned.forLoopback("quicpool-peer");
        try (ServerPool pool = QuicPools.open(config(certificate))) {
            Console console = new Console();
            if (given == null) {
                console.print("fingerprint " + certificate.fingerprint());
            }
            if (serve != null) {
                pool.serve(serve.handler());
            }
            console.print("port " + pool.localAddress().getPort());
            return new Session(pool, console).run();
        }
    }

    private ServerPoolConfig config(KeyMaterial certificate) {
        ServerPoolConfigBuilder builder =
                ServerPoolConfig.builder().listen(listen).certificate(certificate);
        clientIps.forEach(builder::allowClient);
        Given.set(name, builder::name);
        Given.set(maxCapacity, builder::maxCapacity);
        Given.set(keepAlive, builder::keepAlive);
        Given.set(helloTimeout, builder::helloTimeout);
        Given.set(maxStreams, builder::maxStreamsPerConnection);
        Given.set(maxConnections, builder::maxConnections);
        Given.set(maxPendingHellos, builder::maxPendingHellos);
        Given.set(maxPendingHandshakes, builder::maxPendingHandshakes);
        builder.addressValidation(addressValidation);
        Given.set(alpn, builder::alpn);
        Given.set(transport, builder::transport);
        Given.set(congestionControl, (String text) -> builder.congestionControl(CongestionControl.parse(text)));
        return builder.build();
    }
}
