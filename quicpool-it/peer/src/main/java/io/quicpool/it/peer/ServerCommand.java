package io.quicpool.it.peer;

import io.quicpool.QuicPools;
import io.quicpool.ServerPool;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.PoolKind;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.ServerPoolConfigBuilder;
import io.quicpool.it.support.SelfSigned;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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
        sink,
        /** Sends a whole request back, 30 to 150 ms later. */
        later;

        void by(ServerPool pool) {
            switch (this) {
                case echo -> pool.serve(Handlers::echo);
                case stamp -> pool.serve(Handlers::stamp);
                case sink -> pool.serve(Handlers::sink);
                case later -> pool.answer(Handlers::later);
            }
        }
    }

    @Spec
    CommandSpec command = CommandSpec.create();

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
                serve.by(pool);
            }
            console.print("port " + pool.localAddress().getPort());
            return new Session(pool, console).run();
        }
    }

    private ServerPoolConfig config(KeyMaterial certificate) {
        ServerPoolConfigBuilder builder = ServerPoolConfig.builder().certificate(certificate);
        TableOptions.set(command, PoolKind.SERVER, builder);
        Given.set(name, builder::name);
        return builder.build();
    }
}
