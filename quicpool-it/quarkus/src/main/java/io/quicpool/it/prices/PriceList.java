package io.quicpool.it.prices;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What things cost. */
@ApplicationScoped
public class PriceList {

    /** How long a look into the list takes: for trying out what happens to requests that are under way. */
    @Inject
    @ConfigProperty(name = "prices.delay", defaultValue = "PT0S")
    Duration delay;

    /** A price in cents, made from the name. */
    String price(String item) throws InterruptedException {
        Thread.sleep(delay.toMillis());
        return BigDecimal.valueOf(100 + Math.floorMod(item.hashCode(), 900), 2).toString();
    }
}
