package io.quicpool.it.demo;

import io.quicpool.ClientPool;
import io.quicpool.PoolListener;
import io.quicpool.PoolSnapshot;
import io.quicpool.QuicPools;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.TlsMode;
import io.quicpool.it.support.SelfSigned;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** The two pools, the requests between them, and a line a second about both. Used by the main thread. */
final class Scene implements AutoCloseable {

    private static final int HEADER_EVERY = 20;

    private final PrintStream out;
    private final KeyMaterial certificate = SelfSigned.forLoopback("quicpool-demo");
    private ServerPool server;
    private final String address;
    private final ClientPool client;
    private final Requests requests;
    private volatile long serverBack;
    private volatile boolean recovered;
    private long servedBefore;

    Scene(PrintStream out) {
        this.out = out;
        server = openServer("127.0.0.1:0");
        address = "127.0.0.1:" + server.localAddress().getPort();
        client = QuicPools.open(ClientPoolConfig.builder()
                .name("client")
                .target(address)
                .tlsMode(TlsMode.SELF_SIGNED)
                .fingerprint(certificate.fingerprint())
                .capacity(16, 64)
                .keepAlive(Duration.ofSeconds(1))
                .build());
        requests = new Requests(client);
    }

    private ServerPool openServer(String listen) {
        ServerPool opened = QuicPools.open(ServerPoolConfig.builder()
                .name("server")
                .listen(listen)
                .certificate(certificate)
                .keepAlive(Duration.ofSeconds(1))
                .build());
        opened.serve(Requests::echo);
        return opened;
    }

    void start() {
        client.addListener(new PoolListener() {
            @Override
            public void peerLost(StreamPool pool, String reason) {
                out.println("       > the client lost its server: " + reason);
            }

            @Override
            public void recovered(StreamPool pool) {
                recovered = true;
                out.println("       > recovered " + (System.nanoTime() - serverBack) / 1_000_000
                        + " ms after the server was back");
            }
        });
        requests.start();
    }

    void stopServer() {
        out.println("       > stopping the server");
        server.close();
    }

    void startServer() {
        server = openServer(address);
        serverBack = System.nanoTime();
        out.println("       > the server is back on " + address);
    }

    void show(int second) {
        if (second % HEADER_EVERY == 1) {
            out.println("  time  ready   idle  taken waiting  opened    lost  requests/s  failed   errors");
        }
        PoolSnapshot now = client.snapshot();
        long served = requests.served();
        out.println(String.format(
                Locale.ROOT,
                "%4d s  %5s  %5d  %5d   %5d  %6d  %6d      %6d  %6d   %6d",
                second,
                now.ready() ? "yes" : "NO",
                now.idle(),
                now.taken(),
                now.waiting(),
                now.totals().opened(),
                lost(now),
                served - servedBefore,
                requests.failed(),
                now.errors()));
        servedBefore = served;
    }

    // Idle streams that went with their connection.
    private static long lost(PoolSnapshot now) {
        return now.totals().evicted().getOrDefault("link-lost", 0L)
                + now.totals().evicted().getOrDefault("peer-ended", 0L);
    }

    /** Says how it went; true when requests flowed, and the pool recovered if it had to. */
    boolean summary(boolean restarted) {
        String trouble = null;
        if (requests.served() == 0) {
            trouble = "no request was answered";
        } else if (restarted && !recovered) {
            trouble = "the pool did not recover";
        }
        out.println("       > " + requests.served() + " requests answered, " + requests.failed() + " failed, "
                + client.snapshot().totals().opened() + " streams opened"
                + (trouble == null ? "" : "; " + trouble.toUpperCase(Locale.ROOT)));
        return trouble == null;
    }

    @Override
    public void close() {
        requests.close();
        client.close();
        server.close();
    }
}
