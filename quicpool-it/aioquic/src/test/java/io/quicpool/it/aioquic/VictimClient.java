package io.quicpool.it.aioquic;

import io.quicpool.ClientPool;
import io.quicpool.QuicPools;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.TlsMode;
import io.quicpool.it.aioquic.Caller.Trips;
import io.quicpool.it.support.LineProcess;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/**
 * The client that is attacked: a pool of an honest server, whose round trips are measured, and one after the other
 * those of hostile servers. It reads the port of each, 0 for none, and reports its costs.
 */
final class VictimClient {

    private VictimClient() {}

    /** Starts one. */
    static LineProcess start(String engine, int honestPort) {
        return Victim.start(VictimClient.class, Victim.log("client", engine), engine, Integer.toString(honestPort));
    }

    public static void main(String[] args) throws Exception {
        try (ClientPool honest = open("honest", args[0], args[1]);
                Caller caller = new Caller(honest);
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            caller.trips(150);
            ClientPool pool = honest;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals("status")) {
                    System.out.println("status " + Victim.status(pool));
                    continue;
                }
                if (pool != honest) {
                    pool.close();
                }
                pool = line.equals("0") ? honest : open("victim", args[0], line);
                caller.trips(0);
                Trips trips = caller.trips(40);
                System.out.printf(
                        Locale.ROOT,
                        "trips %.3f\t%.3f\t%s%n",
                        trips.medianMillis(),
                        trips.worstMillis(),
                        String.join("; ", trips.failures()));
                System.out.println("status " + Victim.status(pool));
            }
        }
        System.exit(0);
    }

    private static ClientPool open(String name, String engine, String port) {
        return QuicPools.open(ClientPoolConfig.builder()
                .name(name)
                .transport(engine)
                .target("127.0.0.1:" + port)
                .tlsMode(TlsMode.INSECURE)
                .keepAlive(Duration.ofSeconds(1))
                .idTimeout(Duration.ofMillis(300))
                .build());
    }
}
