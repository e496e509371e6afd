package io.quicpool.cdi;

import io.quicpool.ClientPool;
import io.quicpool.testing.Pools;

/** Uses the component where there is no health API; see WithoutTest. */
public final class ComponentProgram {

    private ComponentProgram() {}

    public static Object run() {
        try (Pools pools = new Pools();
                App app = App.scanned(App.client(
                        "orders",
                        "127.0.0.1:" + pools.server(s -> s).localAddress().getPort()))) {
            ClientPool orders = app.get(PoolRegistry.class).client("");
            PlainProgram.awaitFull(orders);
            return PlainProgram.absent("org.eclipse.microprofile.health.HealthCheck", "no health API") + ": "
                    + orders.name() + " is full";
        }
    }
}
