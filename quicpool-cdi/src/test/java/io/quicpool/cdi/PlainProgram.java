package io.quicpool.cdi;

import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import io.quicpool.testing.Pools;
import java.time.Duration;

/** Uses pools where there is no CDI; see WithoutTest. */
public final class PlainProgram {

    private PlainProgram() {}

    public static Object run() {
        try (Pools pools = new Pools()) {
            ServerPool server = pools.server(s -> s);
            ClientPool client = pools.client(server, c -> c);
            awaitFull(client);
            return absent("jakarta.enterprise.inject.Instance", "no CDI") + ": full";
        }
    }

    // Eight or more: on a slow machine the pool may already aim for another.
    static void awaitFull(ClientPool pool) {
        await().atMost(Duration.ofSeconds(60)).until(() -> pool.active() >= 8);
    }

    static String absent(String name, String text) {
        try {
            return "there is " + Class.forName(name);
        } catch (ClassNotFoundException absent) {
            return text;
        }
    }
}
