package io.quicpool.it.aioquic;

import static io.quicpool.testing.Patience.SOON;

import io.quicpool.ClientPool;
import io.quicpool.QuicPools;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.TlsMode;
import io.quicpool.it.aioquic.Caller.Trips;
import io.quicpool.it.aioquic.Victim.Status;
import io.quicpool.it.support.LineProcess;
import io.quicpool.it.support.PemFiles;
import io.quicpool.testing.Pools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A server in a separate process, its attacker in another, an honest client here, and a control. */
final class Stage implements AutoCloseable {

    /** How long a backlog may take, far less than the idle time-out: until then the attackers' connections are kept. */
    private static final Duration BACKLOG = Duration.ofSeconds(10);

    private final String engine;
    private final LineProcess victim;
    private final LineProcess attacker;
    private final String port;
    private final String guardedPort;
    private final ClientPool pool;
    private final Caller caller;
    private final Control control;
    private final Status start;

    Stage(String engine) throws IOException, InterruptedException {
        this.engine = engine;
        attacker = Python.start("attack");
        PemFiles files = PemFiles.write(Pools.CERTIFICATE, Files.createTempDirectory("attack"));
        victim = Victim.server(engine, files);
        String[] ports = victim.next("ports").split(" ", -1);
        port = ports[0];
        guardedPort = ports[1];
        pool = QuicPools.open(ClientPoolConfig.builder()
                .name("honest")
                .transport(engine)
                .target("127.0.0.1:" + port)
                .tlsMode(TlsMode.SELF_SIGNED)
                .fingerprint(Pools.CERTIFICATE.fingerprint())
                .capacity(16, 32)
                .keepAlive(Victim.KEEP_ALIVE)
                .build());
        caller = new Caller(pool);
        control = new Control(engine);
        // Until the code is compiled and the heap has its permanent contents.
        caller.trips(150);
        status();
        caller.trips(50);
        start = status();
    }

    private Status status() throws InterruptedException {
        return Status.of(victim.ask("status", "status"));
    }

    Outcome attack(Attack attack, double seconds) throws IOException, InterruptedException {
        Status before = whenQuiet();
        caller.trips(0);
        Trips quiet = caller.trips(20);
        int logged = log().length();
        control.trips();
        long begin = System.nanoTime();
        String said =
                attacker.ask(attack.name() + " " + (attack.guarded() ? guardedPort : port) + " " + seconds, "done");
        Trips trips = caller.trips(10);
        Trips others = control.trips();
        Status after = attack.cut() ? statusWhenCounted(before) : status();
        double took = (System.nanoTime() - begin) / 1e9;
        String log = log().substring(logged);
        long heap = heapWhenProcessed(after);
        attacker.ask("", "gone");
        return new Outcome(quiet, trips, others, before, after, heap - start.heap(), said, log, took);
    }

    // Until the server has read what is to be refused.
    private Status statusWhenCounted(Status before) throws InterruptedException {
        long begin = System.nanoTime();
        Status status = status();
        while (status.refused().equals(before.refused()) && System.nanoTime() - begin < SOON.toNanos()) {
            caller.trips(5);
            status = status();
        }
        return status;
    }

    // Nothing is left of the attack before.
    private Status whenQuiet() throws InterruptedException {
        long begin = System.nanoTime();
        Status status = status();
        while (status.connections() > start.connections() && System.nanoTime() - begin < SOON.toNanos()) {
            caller.trips(20);
            status = status();
        }
        return status;
    }

    // What arrived and is not processed yet does not count as memory that the attack costs.
    private long heapWhenProcessed(Status first) throws InterruptedException {
        long begin = System.nanoTime();
        long heap = first.heap();
        while (heap - start.heap() >= Outcome.MAX_HEAP && System.nanoTime() - begin < BACKLOG.toNanos()) {
            caller.trips(20);
            heap = status().heap();
        }
        return heap;
    }

    private String log() throws IOException {
        Path file = Victim.log("server", engine).toPath();
        return Files.exists(file) ? Files.readString(file) : "";
    }

    @Override
    public void close() {
        control.close();
        caller.close();
        pool.close();
        attacker.close();
        victim.close();
    }
}
