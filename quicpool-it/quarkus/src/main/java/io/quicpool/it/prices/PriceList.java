package io.quicpool.it.prices;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The price of each item. */
@ApplicationScoped
public class PriceList {

    /** How long a look-up takes. Tests make it long to have requests in progress. */
    @Inject
    @ConfigProperty(name = "prices.delay", defaultValue = "PT0S")
    Duration delay;

    /** A price in cents, computed from the name. */
    String price(String item) throws InterruptedException {
        Thread.sleep(delay.toMillis());
        return BigDecimal.valueOf(100 + Math.floorMod(item.hashCode(), 900), 2).toString();
    }
}
