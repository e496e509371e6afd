package io.quicpool.core;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.testing.FakeConnection;
import io.quicpool.testing.TestCertificates;
import io.quicpool.transport.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Pools over an engine that lets a test act in the middle of its calls. */
abstract class MidCallPools {

    final MidCallConnection connection = new MidCallConnection();

    CoreClientPool client(int capacity, Duration idTimeout) {
        CoreClientPool pool = new CoreClientPool(
                "orders",
                ClientPoolConfig.builder()
                        .name("orders")
                        .target("localhost:1")
                        .capacity(capacity, capacity)
                        .idTimeout(idTimeout)
                        .build(),
                events -> connection);
        pool.start();
        return pool;
    }

    static CoreServerPool server(Duration helloTimeout) throws IOException {
        CoreServerPool pool = new CoreServerPool(ServerPoolConfig.builder()
                .name("orders")
                .listen("localhost:0")
                .certificate(TestCertificates.selfSigned("orders"))
                .helloTimeout(helloTimeout)
                .build());
        pool.start(itself -> new FakeListener());
        return pool;
    }

    private static final class FakeListener implements Listener {

        @Override
        public InetSocketAddress localAddress() {
            return FakeConnection.ADDRESS;
        }

        @Override
        public boolean alive() {
            return true;
        }

        @Override
        public void certificate(KeyMaterial certificate) {}

        @Override
        public void sweep() {}

        @Override
        public void stopAccepting() {}

        @Override
        public boolean close(Duration timeout) {
            return true;
        }
    }
}
