package io.quicpool.cdi;

import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import io.quicpool.testing.Pools;

/** Uses pools where there is no CDI; see WithoutTest. */
public final class PlainProgram {

    private PlainProgram() {}

    public static Object run() {
        try (Pools pools = new Pools()) {
            ServerPool server = pools.server(s -> s);
            ClientPool client = pools.client(server, c -> c);
            Pools.awaitIdle(client, 8);
            return absent("jakarta.enterprise.inject.Instance", "no CDI") + ": " + client.active() + " idle";
        }
    }

    static String absent(String name, String text) {
        try {
            return "there is " + Class.forName(name);
        } catch (ClassNotFoundException absent) {
            return text;
        }
    }
}
