package io.quicpool.it.faults;

import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import io.quicpool.testing.Pools;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/**
 * A server, its client and traffic between them, in one process whose clock jumps. Answers each line with what it sees: the time
 * of its clock in seconds, and how many requests were answered, cut, wrong, how many connections lost, and how many streams taken.
 */
final class ClockProgram {

    private ClockProgram() {}

    public static void main(String[] args) throws Exception {
        Ledger served = new Ledger();
        try (Pools pools = new Pools()) {
            ServerPool server = pools.server(s -> s.keepAlive(Duration.ofMillis(700)));
            server.serve(stream -> Traffic.answer(stream, served));
            ClientPool client = pools.client(server, c -> c.capacity(16, 32).keepAlive(Duration.ofMillis(700)));
            Traffic traffic = Traffic.impatient(client, 2, 1000, Duration.ofSeconds(2));
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                Ledger ledger = traffic.ledger;
                System.out.println(Instant.now().getEpochSecond() + " " + ledger.answered + " " + ledger.cut + " "
                        + (ledger.examples().size() + served.examples().size()) + " "
                        + client.snapshot().totals().lost() + " " + ledger.handedOut);
            }
        }
        System.exit(0);
    }
}
