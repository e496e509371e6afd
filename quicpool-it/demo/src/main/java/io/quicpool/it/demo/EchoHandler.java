package io.quicpool.it.demo;

import io.quicpool.PooledStream;
import io.quicpool.StreamHandler;
import io.quicpool.cdi.QuicPool;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;

/** The demo's own service: sends back what it gets. */
@ApplicationScoped
@QuicPool("ingress")
public class EchoHandler implements StreamHandler {

    @Override
    public void handle(PooledStream stream) throws IOException {
        stream.inputStream().transferTo(stream.outputStream());
    }
}
