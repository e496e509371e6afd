package io.quicpool.it.aioquic;

import io.quicpool.ClientPool;
import io.quicpool.QuicPools;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.TlsMode;
import io.quicpool.it.aioquic.Caller.Trips;
import io.quicpool.it.aioquic.Victim.Look;
import io.quicpool.it.support.LineProcess;
import io.quicpool.it.support.PemFiles;
import io.quicpool.testing.Pools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A server in a process of its own, one who attacks it in another, and an honest client here. */
final class Stage implements AutoCloseable {

    final String engine;
    private final LineProcess victim;
    private final LineProcess attacker;
    private final int port;
    private final ClientPool pool;
    private final Caller caller;
    private final Look start;

    Stage(String engine) throws IOException, InterruptedException {
        this.engine = engine;
        attacker = Python.start("attack");
        PemFiles files = PemFiles.write(Pools.CERTIFICATE, Files.createTempDirectory("attack"));
        victim = Victim.server(engine, files);
        port = Integer.parseInt(victim.next("port"));
        pool = QuicPools.open(ClientPoolConfig.builder()
                .name("honest")
                .transport(engine)
                .target("127.0.0.1:" + port)
                .tlsMode(TlsMode.SELF_SIGNED)
                .fingerprint(Pools.CERTIFICATE.fingerprint())
                .capacity(16, 32)
                .keepAlive(Duration.ofSeconds(1))
                .build());
        caller = new Caller(pool);
        // Until the code is compiled and the heap has what it always has.
        caller.trips(150);
        look();
        caller.trips(50);
        start = look();
    }

    private Look look() throws InterruptedException {
        return Look.of(victim.ask("look", "look"));
    }

    Outcome attack(String name, double seconds) throws IOException, InterruptedException {
        caller.trips(0);
        Trips quiet = caller.trips(20);
        int logged = log().length();
        Look before = look();
        String said = attacker.ask(name + " " + port + " " + seconds, "done");
        Trips trips = caller.trips(10);
        Look after = look();
        attacker.ask("", "gone");
        return new Outcome(quiet, trips, start, before, after, said, log().substring(logged));
    }

    private String log() throws IOException {
        Path file = Victim.log("server", engine).toPath();
        return Files.exists(file) ? Files.readString(file) : "";
    }

    @Override
    public void close() {
        caller.close();
        pool.close();
        attacker.close();
        victim.close();
    }
}
