package io.quicpool.it.stock;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** How many there are. */
@ApplicationScoped
public class Shelves {

    /** How long counting takes: for trying out what happens to requests that are under way. */
    @Inject
    @ConfigProperty(name = "stock.delay", defaultValue = "PT0S")
    Duration delay;

    /** A number, made from the name. */
    int count(String item) throws InterruptedException {
        Thread.sleep(delay.toMillis());
        return Math.floorMod(item.hashCode(), 50);
    }
}
