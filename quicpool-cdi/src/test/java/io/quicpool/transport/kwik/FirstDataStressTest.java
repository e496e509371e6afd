package io.quicpool.transport.kwik;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.ServerPool;
import io.quicpool.StreamId;
import io.quicpool.testing.Crowd;
import io.quicpool.testing.EachEngine;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import tech.kwik.core.packet.QuicPacket;

/**
 * Many connections of kwik whose threads pause wherever they log, so that events come in any order. The first data of each must be
 * answered. Nothing else is sent on them, so that nothing can hide a stall.
 */
class FirstDataStressTest {

    private static final int CONNECTIONS = 250;
    private static final int THREADS = 4;
    private static final int MAX_FAILED = CONNECTIONS / 25;

    private final Pools pools = new Pools();
    private final RawPeer client = new RawPeer();
    private final AtomicInteger failedHandshakes = new AtomicInteger();

    @AfterEach
    void close() {
        client.close();
        pools.close();
    }

    @EachEngine
    void whatIsSaidFirstIsAnswered(String serversEngine) throws Exception {
        ServerPool server = pools.server(s -> s.transport(serversEngine));
        InetSocketAddress there = server.localAddress();
        assertThat(Crowd.of(THREADS, CONNECTIONS, () -> firstId(there))).doesNotContainNull();
    }

    private StreamId firstId(InetSocketAddress server) throws Exception {
        while (true) {
            try {
                Connection made = new KwikConnector(RawPeer.spec(server, "np-quic"), client, new SlowTap()).connect();
                EngineStream stream = RawPeer.open(made, 0);
                StreamId id = StreamId.of(stream.input().readNBytes(StreamId.BYTES));
                made.close(0, "that was all");
                return id;
            } catch (IOException lost) {
                // A server ends a handshake after ten seconds. On a busy machine, where threads pause, some take as
                // long.
                if (failedHandshakes.incrementAndGet() > MAX_FAILED) {
                    throw lost;
                }
            }
        }
    }

    /** Pauses wherever kwik's threads log. */
    private static final class SlowTap extends ClientTap {

        private static final double OFTEN = 0.1;
        private static final long MAX_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);

        SlowTap() {
            super(SOON);
        }

        private static void pauseBriefly() {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            if (random.nextDouble() < OFTEN) {
                LockSupport.parkNanos(random.nextLong(MAX_PAUSE));
            }
        }

        @Override
        public void received(Instant time, int datagram, QuicPacket packet) {
            pauseBriefly();
            super.received(time, datagram, packet);
        }

        @Override
        public void sent(Instant time, List<QuicPacket> packets) {
            pauseBriefly();
        }

        @Override
        public void raw(String message, byte[] data) {
            pauseBriefly();
        }

        @Override
        public void debug(String message) {
            pauseBriefly();
        }

        @Override
        public void recovery(String message) {
            pauseBriefly();
        }
    }
}
