package io.quicpool.transport.kwik;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ServerPool;
import io.quicpool.testing.EachEngine;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineEvents;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;

/** A client that asks and does not take the answers gets no credit for more streams, until it takes them. */
class UntakenAnswersTest {

    private static final int HELLO = 0;
    private static final int ANSWER = 40_000;
    private static final int PLACES = 50;
    // The client's receive window takes some 400 answers. Its share and the running handlers come on top.
    private static final int MAX_ASKED = 900;
    private static final int REQUESTS = 1_000;
    private static final Duration NO_MORE_CREDIT = Duration.ofSeconds(2);
    // Over a thousand streams that takes some seconds, and far more on a busy machine.
    private static final Duration FORTY_MEGABYTES = SOON.multipliedBy(5);

    private final Pools pools = new Pools();
    private long taken;

    @AfterEach
    void close() {
        pools.close();
    }

    private static boolean getsCredit(Connection client) {
        try {
            await().atMost(NO_MORE_CREDIT).until(() -> client.credit() > 0);
            return true;
        } catch (ConditionTimeoutException e) {
            return false;
        }
    }

    @EachEngine
    void areBounded(String engine) throws Exception {
        ServerPool server = pools.server(s -> s.transport(engine).maxCapacity(PLACES));
        server.serve(stream -> {
            stream.inputStream().readAllBytes();
            stream.outputStream().write(new byte[ANSWER]);
        });
        Connection client =
                new KwikTransport().connect(RawPeer.spec(server.localAddress(), "np-quic"), EngineEvents.REJECT_ALL);
        List<EngineStream> asked = new ArrayList<>();
        while (asked.size() <= MAX_ASKED && (client.credit() > 0 || getsCredit(client))) {
            EngineStream stream = RawPeer.open(client, HELLO, 1);
            stream.output().close();
            asked.add(stream);
        }
        assertThat(asked.size()).isLessThan(MAX_ASKED);
        // All of them are answered as soon as the client reads.
        for (EngineStream stream : asked) {
            assertThat(stream.input().readAllBytes()).hasSize(4 + ANSWER);
            stream.close();
        }
        await().atMost(SOON).until(() -> client.credit() > 0);
        client.close(0, "test over");
        client.awaitClosed(SOON);
    }

    // From all streams: those that are not read would fill the window of the connection.
    private long takeWhatHasCome(List<EngineStream> streams) throws IOException {
        for (EngineStream stream : streams) {
            taken += stream.input().readNBytes(stream.input().available()).length;
        }
        return taken;
    }

    /** They take few bytes, also when the client has credit for many. */
    @EachEngine
    void areFewBytes(String engine) throws Exception {
        AtomicInteger answered = new AtomicInteger();
        ServerPool server = pools.server(s -> s.transport(engine)
                .maxCapacity(2 * REQUESTS)
                // One client may have half of them, and here it may ask faster than the server reads.
                .maxPendingHellos(2 * REQUESTS)
                .writeTimeout(Duration.ZERO));
        server.serve(stream -> {
            stream.inputStream().readAllBytes();
            stream.outputStream().write(new byte[ANSWER]);
            answered.incrementAndGet();
        });
        Connection client =
                new KwikTransport().connect(RawPeer.spec(server.localAddress(), "np-quic"), EngineEvents.REJECT_ALL);
        List<EngineStream> asked = new ArrayList<>();
        while (asked.size() < REQUESTS) {
            if (client.credit() == 0) {
                await().pollInterval(Duration.ofMillis(1)).until(() -> client.credit() > 0);
            }
            EngineStream stream = RawPeer.open(client, HELLO, 1);
            stream.output().close();
            asked.add(stream);
        }
        // The client's receive window takes 400 answers, and the server keeps 200 and a little.
        await().during(NO_MORE_CREDIT).until(() -> answered.get() < 750);
        await().atMost(FORTY_MEGABYTES)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> takeWhatHasCome(asked) == REQUESTS * (4L + ANSWER));
        assertThat(answered.get()).isEqualTo(REQUESTS);
        client.close(0, "test over");
        client.awaitClosed(SOON);
    }
}
