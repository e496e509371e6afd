package io.quicpool.it.prices;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quicpool.ClientPool;
import io.quicpool.StreamPool;
import io.quicpool.cdi.QuicPool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The application with both ends of its pools, over loopback. */
@QuarkusTest
@QuarkusTestResource(Certificate.class)
class PoolsTest {

    @Inject
    PriceResource prices;

    @Inject
    PriceList list;

    @Inject
    @Any
    Instance<StreamPool> all;

    @Inject
    @QuicPool
    Instance<ClientPool> only;

    @Test
    void theHandlerAnswers() throws Exception {
        String price = list.price("pear");
        assertEquals("pear costs " + price + ", " + price + " left", prices.offer("pear"));
    }

    @Test
    void theHandlerAnswersAUni() throws Exception {
        assertEquals(
                list.price("pear"),
                prices.left("pear").await().atMost(Duration.ofSeconds(60)));
    }

    @Test
    void eachPoolIsOneBean() {
        assertEquals(
                Set.of("stock", "prices"), all.stream().map(StreamPool::name).collect(Collectors.toSet()));
        assertEquals(2, all.stream().count());
        assertEquals("stock", only.get().name());
        assertEquals(ApplicationScoped.class, only.getHandle().getBean().getScope());
    }
}
