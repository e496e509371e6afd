package io.quicpool.it.demo;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quicpool.ClientPool;
import io.quicpool.PoolSnapshot;
import io.quicpool.cdi.PoolEvent;
import io.quicpool.cdi.QuicPool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Runs the demo: prints a line each second. If it runs for a given time, it kills the peer and starts it again. */
@ApplicationScoped
public class Show implements QuarkusApplication {

    private static final int KILL_AT = 10;
    private static final int HEADER_EVERY = 20;

    private final PrintStream out = System.out;
    private volatile long killed;
    private volatile boolean recovered;
    private long answeredBefore;

    @Inject
    @QuicPool("orders")
    ClientPool orders;

    @Inject
    Peer peer;

    @Inject
    Traffic traffic;

    @Inject
    @ConfigProperty(name = Demo.SECONDS, defaultValue = "0")
    int seconds;

    @Inject
    @ConfigProperty(name = "quarkus.http.port")
    int port;

    @Override
    public int run(String... args) {
        out.println(
                "quicpool: requests use pre-opened streams to a peer, a server pool that runs in a separate process.");
        out.println("See http://localhost:" + port + " (Ctrl-C ends the demo)");
        peer.start();
        Thread clock = new Thread(this::tick, "clock");
        clock.setDaemon(true);
        clock.start();
        Quarkus.waitForExit();
        clock.interrupt();
        return summary() ? 0 : 1;
    }

    private void tick() {
        try {
            for (int second = 1; !Thread.currentThread().isInterrupted(); second++) {
                TimeUnit.SECONDS.sleep(1);
                show(second);
                if (second == seconds) {
                    Quarkus.asyncExit();
                } else if (seconds > 0 && second == KILL_AT) {
                    out.println("       > killing the peer");
                    peer.kill();
                    killed = System.nanoTime();
                } else if (seconds > 0 && second == KILL_AT + 1) {
                    out.println("       > starting the peer again");
                    peer.start();
                }
            }
        } catch (InterruptedException e) {
            // The demo ends.
        }
    }

    void lost(@Observes PoolEvent.PeerLost event) {
        out.println("       > " + event.pool().name() + " lost its peer: " + event.reason());
    }

    void recovered(@Observes PoolEvent.Recovered event) {
        recovered = true;
        out.println("       > " + event.pool().name() + " recovered"
                + (killed == 0
                        ? ""
                        : " " + (System.nanoTime() - killed) / 1_000_000 + " ms after its peer was killed"));
    }

    private void show(int second) {
        if (second % HEADER_EVERY == 1) {
            out.println("  time  ready   idle  taken waiting  opened    lost  requests/s  failed   errors");
        }
        PoolSnapshot now = orders.snapshot();
        long answered = traffic.answered();
        out.println(String.format(
                Locale.ROOT,
                "%4d s  %5s  %5d  %5d   %5d  %6d  %6d      %6d  %6d   %6d",
                second,
                now.ready() ? "yes" : "NO",
                now.idle(),
                now.taken(),
                now.waiting(),
                now.totals().opened(),
                now.totals().evicted().getOrDefault("link-lost", 0L)
                        + now.totals().evicted().getOrDefault("peer-ended", 0L),
                answered - answeredBefore,
                traffic.failed(),
                now.errors()));
        answeredBefore = answered;
    }

    // Whether requests flowed, and the pool recovered if it had to.
    private boolean summary() {
        String trouble = "";
        if (traffic.answered() == 0) {
            trouble = "; NO REQUEST WAS ANSWERED";
        } else if (killed != 0 && !recovered) {
            trouble = "; THE POOL DID NOT RECOVER";
        }
        out.println("       > " + traffic.answered() + " requests answered, " + traffic.failed() + " failed" + trouble);
        return trouble.isEmpty();
    }
}
