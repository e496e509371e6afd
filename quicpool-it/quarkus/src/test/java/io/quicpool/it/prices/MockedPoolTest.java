package io.quicpool.it.prices;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.quarkus.test.InjectMock;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.cdi.QuicPool;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
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
        PooledStream stream = mock(PooledStream.class);
        ByteArrayOutputStream asked = new ByteArrayOutputStream();
        when(stream.outputStream()).thenReturn(asked);
        when(stream.inputStream()).thenReturn(new ByteArrayInputStream("7".getBytes(UTF_8)));
        when(stock.take(any(Duration.class))).thenReturn(stream);
        String offer = prices.offer("pear");
        assertTrue(offer.endsWith(", 7 left"), offer);
        assertEquals("pear", asked.toString(UTF_8));
        verify(stream).close();
    }
}
