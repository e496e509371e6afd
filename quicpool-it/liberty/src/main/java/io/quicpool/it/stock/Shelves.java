package io.quicpool.it.stock;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** How many of each item are left. */
@ApplicationScoped
public class Shelves {

    /** How long counting takes. Tests make it long to have requests in progress. */
    @Inject
    @ConfigProperty(name = "stock.delay", defaultValue = "PT0S")
    Duration delay;

    /** A number, computed from the name. */
    int count(String item) throws InterruptedException {
        Thread.sleep(delay.toMillis());
        return Math.floorMod(item.hashCode(), 50);
    }
}
