package io.quicpool.it.prices;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.AdditionalMatchers.aryEq;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.when;

import io.quarkus.test.InjectMock;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quicpool.ClientPool;
import io.quicpool.cdi.QuicPool;
import jakarta.inject.Inject;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Tests a bean that uses a pool, without a peer. */
@QuarkusTest
@QuarkusTestResource(Certificate.class)
class MockedPoolTest {

    @InjectMock
    @QuicPool("stock")
    ClientPool stock;

    @Inject
    PriceResource prices;

    @Test
    void theStockIsAskedByItsPool() throws Exception {
        when(stock.requestBlocking(aryEq("pear".getBytes(UTF_8)), any(Duration.class)))
                .thenReturn("7".getBytes(UTF_8));
        String offer = prices.offer("pear");
        assertTrue(offer.endsWith(", 7 left"), offer);
    }
}
