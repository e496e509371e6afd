package io.quicpool.transport.kwik;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.RawPeer;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import io.quicpool.transport.engine.Reflection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tech.kwik.core.frame.ResetStreamFrame;
import tech.kwik.core.frame.StopSendingFrame;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.impl.Version;
import tech.kwik.core.stream.FlowControl;
import tech.kwik.core.stream.StreamManager;

/** The pitfalls of streams and flow control in docs/kwik.md; see {@link KwikTrapsTest}. */
class KwikStreamTrapsTest extends KwikPeers {

    /** kwik ignores frames of a stream that no data has opened. A later stream opens it too, and then nothing ends it. */
    @Test
    void aStreamIsOpenedByItsEndToo() throws Exception {
        KwikConnection here = (KwikConnection) connect(4);
        KwikConnection there = serverSide();
        here.quic().send(new ResetStreamFrame(4, 7, 0), lost -> {}, true);
        await().until(() -> accepted.size() == 2);
        EngineStream first = accepted.remove();
        EngineStream second = accepted.remove();
        await().until(() -> !second.alive());
        assertThat(second.peerError()).isEqualTo(7);
        assertThat(first.alive()).isTrue();
        assertThat(there.streams().early()).isZero();
        here.quic().send(new StopSendingFrame(Version.getDefault(), 8, 9L), lost -> {}, true);
        await().until(() -> accepted.size() == 1);
        EngineStream third = accepted.remove();
        await().until(() -> !third.alive());
        assertThat(third.peerError()).isEqualTo(9);
        assertThat(there.alive()).isTrue();
    }

    /** Frames of streams beyond the credit end the connection. Nothing of them is kept. */
    @Test
    void framesOfStreamsThatAreNotOpenAreNotKept() throws Exception {
        KwikConnection here = (KwikConnection) connect(4);
        KwikConnection there = serverSide();
        for (int i = 0; i < 500; i++) {
            int beyond = 4 * (1_000 + i);
            here.quic().send(new ResetStreamFrame(beyond, 1, 0), lost -> {}, true);
            here.quic().send(new StopSendingFrame(Version.getDefault(), beyond, 1L), lost -> {}, true);
        }
        await().until(() -> !there.alive());
        assertThat(there.streams().early()).isZero();
        assertThat(server.losses).allMatch(each -> each.contains("opened more streams than its limit"));
    }

    /** kwik's createStream blocks until there is credit. */
    @Test
    void openingWithoutCreditFailsAtOnce() throws Exception {
        Connection connection = connect(2);
        assertThat(connection.credit()).isEqualTo(2);
        EngineStream one = RawPeer.open(connection, 0);
        RawPeer.open(connection, 0);
        assertThat(connection.credit()).isZero();
        assertThatThrownBy(() -> RawPeer.open(connection, 0)).hasMessageContaining("no more than 2 streams");
        await().until(() -> accepted.size() == 2);
        accepted.element().close();
        one.close();
        await().until(() -> connection.credit() == 1);
        RawPeer.open(connection, 0);
    }

    /** After receiving was aborted, kwik never gives unread bytes back to the connection's receive window. */
    @Test
    void streamsThatAreClosedEarlyDoNotUseUpTheConnection() throws Exception {
        Connection connection = connect(1000);
        byte[] block = new byte[240_000];
        // 80 x 240 kB, none of it read, is more than the window of 16 MiB.
        for (int i = 0; i < 80; i++) {
            EngineStream here = RawPeer.open(connection, 0);
            EngineStream there = peerOf(here, connection);
            here.output().write(block);
            await().pollInterval(Duration.ofMillis(1)).until(() -> there.input().available() > block.length);
            there.close();
            here.close();
        }
        EngineStream last = RawPeer.open(connection, 0);
        EngineStream there = peerOf(last, connection);
        Thread writer = KwikThreads.start("writer", () -> {
            try {
                last.output().write(new byte[1_000_000]);
                last.output().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(there.input().readAllBytes()).hasSize(1_000_001);
        writer.join();
    }

    /** When the peer stops a stream whose FIN waits behind unsent data, kwik keeps the data, the FIN and the credit for ever. */
    @Test
    void aStreamThatIsStoppedBehindItsFinGivesItsCreditBack() throws Exception {
        Connection connection = connect(4);
        for (int i = 0; i < 12; i++) {
            EngineStream here = RawPeer.open(connection, 0);
            EngineStream there = peerOf(here, connection);
            there.input().read();
            // More than the stream's window: some of it and the FIN stay queued.
            there.output().write(new byte[290_000]);
            there.close();
            here.close();
        }
        await().untilAsserted(() ->
                assertThat(connection.credit()).as("%s", server.connections).isEqualTo(4));
    }

    /** Also when so many streams were closed since that this one is kept no longer. */
    @Test
    void aStreamThatIsKeptNoLongerGivesItsCreditBackWhenItIsStopped() throws Exception {
        Connection connection = connect(4);
        for (int i = 0; i < 12; i++) {
            EngineStream here = RawPeer.open(connection, 0);
            KwikStream there = (KwikStream) peerOf(here, connection);
            there.input().read();
            there.output().write(new byte[290_000]);
            there.close();
            there.connection().streams().release(there);
            here.close();
            await().pollInterval(Duration.ofMillis(1)).until(() -> connection.credit() > 0);
        }
        await().untilAsserted(() ->
                assertThat(connection.credit()).as("%s", server.connections).isEqualTo(4));
        await().until(() -> serverSide().streams().size() == 0);
    }

    /** The same, when the peer has sent its FIN before the stream is closed here. */
    @Test
    void aStreamWhosePeerFinishedFirstGivesItsCreditBack() throws Exception {
        Connection connection = connect(4);
        for (int i = 0; i < 12; i++) {
            EngineStream here = RawPeer.open(connection, 0);
            EngineStream there = peerOf(here, connection);
            there.input().read();
            there.output().write(new byte[290_000]);
            here.output().close();
            await().pollInterval(Duration.ofMillis(1)).until(() -> !there.alive());
            there.close();
            // It is kept until the FIN has been sent, or dropped.
            assertThat(((KwikStream) there).isReleasable()).isFalse();
            here.close();
            await().pollInterval(Duration.ofMillis(1)).until(((KwikStream) there)::isReleasable);
        }
        await().untilAsserted(() ->
                assertThat(connection.credit()).as("%s", server.connections).isEqualTo(4));
    }

    /** kwik counts a stream as ended twice when receiving is aborted after the peer's reset, or after its FIN was read. */
    @Test
    void aStreamThatEndsGivesItsCreditBackOnce() throws Exception {
        Connection connection = connect(4);
        for (int i = 0; i < 12; i++) {
            EngineStream here = RawPeer.open(connection, 0);
            EngineStream there = peerOf(here, connection);
            there.output().close();
            if (i % 2 == 0) {
                here.reset(0);
                await().pollInterval(Duration.ofMillis(1)).until(() -> !there.alive());
            } else {
                here.output().close();
                assertThat(there.input().readAllBytes()).hasSize(1);
            }
            // Both directions have ended, and so has the stream. If kwik's sender sees that last, the credit stays in
            // its queue until something else is sent, such as the answer to a ping.
            await().pollInterval(Duration.ofMillis(5)).until(() -> {
                connection.ping();
                return connection.credit() == 4;
            });
            there.close();
            here.close();
        }
        EngineStream last = RawPeer.open(connection, 0);
        peerOf(last, connection).close();
        last.close();
        await().until(() -> connection.credit() >= 4);
        assertThat(connection.credit()).isEqualTo(4);
    }

    /** A FIN is seen a moment before kwik processes it. A reader that gets -1 in between ends the stream for kwik too. */
    @Test
    void aStreamIsReadToItsEndBeforeKwikKnowsTheEnd() throws Exception {
        Connection connection = connect(4);
        EngineStream here = RawPeer.open(connection, 0);
        KwikStream there = (KwikStream) peerOf(here, connection);
        there.output().close();
        assertThat(there.input().read()).isZero();
        there.onFin(1);
        assertThat(there.input().read()).isEqualTo(-1);
        await().untilAsserted(() -> {
            connection.ping();
            assertThat(connection.credit()).isEqualTo(4);
        });
        here.output().close();
        there.close();
        here.close();
        EngineStream last = RawPeer.open(connection, 0);
        peerOf(last, connection).close();
        last.close();
        await().until(() -> connection.credit() >= 4);
        assertThat(connection.credit()).isEqualTo(4);
    }

    /** No later packet could report it. */
    @Test
    void anEndThatCameWithTheLastBytesIsSeenWhenTheyAreRead() throws Exception {
        Connection connection = connect(4);
        EngineStream here = RawPeer.open(connection, 1, 2);
        here.output().close();
        EngineStream there = peerOf(here, connection);
        await().until(there::finished);
        CountDownLatch dead = new CountDownLatch(1);
        there.whenEnded(dead::countDown);
        assertThat(there.input().read()).isEqualTo(1);
        assertThat(there.alive()).isTrue();
        assertThat(there.input().read()).isEqualTo(2);
        assertThat(there.alive()).isFalse();
        assertThat(dead.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(there.input().read()).isEqualTo(-1);
    }

    /** However many there were, and whichever side closed first. */
    @Test
    void streamsThatHaveEndedAreForgotten() throws Exception {
        Connection connection = connect(1000);
        for (int i = 0; i < 500; i++) {
            EngineStream here = RawPeer.open(connection, 0);
            EngineStream there = peerOf(here, connection);
            there.close();
            here.close();
        }
        await().until(() -> connection.credit() >= 1000);
        assertThat(((KwikConnection) connection).streams().size()).isLessThan(150);
        assertThat(serverSide().streams().size()).isLessThan(150);
    }

    /** In kwik a reset stream stays in the tables of flow control for the life of the connection. */
    @Test
    void resetStreamsAreForgotten() throws Exception {
        Connection connection = connect(1000);
        List<EngineStream> opened = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            opened.add(RawPeer.open(connection, 0));
        }
        await().until(() -> accepted.size() == 50);
        opened.forEach(stream -> stream.reset(0));
        accepted.forEach(stream -> stream.reset(0));
        await().untilAsserted(() -> {
            assertThat(flowEntries((KwikConnection) connection)).isEmpty();
            assertThat(flowEntries(serverSide())).isEmpty();
        });
        assertThat(connection.alive()).isTrue();
        RawPeer.open(connection, 0);
    }

    /** kwik would keep each stream whose data it has neither sent nor read itself. */
    @Test
    void endedStreamsLeaveKwiksTable() throws Exception {
        Connection connection = connect(1000);
        for (int i = 0; i < 50; i++) {
            EngineStream here = RawPeer.open(connection, 0);
            EngineStream there = peerOf(here, connection);
            here.output().close();
            assertThat(there.input().readAllBytes()).hasSize(1);
            there.output().write(1);
            there.output().close();
            assertThat(here.input().readAllBytes()).hasSize(1);
            there.close();
            here.close();
        }
        await().untilAsserted(() -> {
            assertThat(kwiksStreams((KwikConnection) connection)).isEmpty();
            assertThat(kwiksStreams(serverSide())).isEmpty();
        });
    }

    private static Map<?, ?> kwiksStreams(KwikConnection connection) {
        var manager = Reflection.method(QuicConnectionImpl.class, "getStreamManager");
        Object streams = Objects.requireNonNull(Reflection.call(manager, connection.quic()));
        return (Map<?, ?>)
                Objects.requireNonNull(Reflection.get(Reflection.field(StreamManager.class, "streams"), streams));
    }

    private static Map<?, ?> flowEntries(KwikConnection connection) {
        Field listeners = Reflection.field(FlowControl.class, "streamListeners");
        return (Map<?, ?>) Objects.requireNonNull(Reflection.get(listeners, KwikInternals.flow(connection.quic())));
    }

    @Test
    void whatThePeerDoesToAStreamIsSeenWithoutReading() throws Exception {
        Connection connection = connect(100);
        for (int way = 0; way < 4; way++) {
            EngineStream here = RawPeer.open(connection, 0);
            EngineStream there = peerOf(here, connection);
            assertThat(there.input().read()).isZero();
            CountDownLatch dead = new CountDownLatch(1);
            there.whenEnded(dead::countDown);
            assertThat(there.alive()).isTrue();
            switch (way) {
                case 0 -> here.output().close();
                case 1 -> here.reset(1);
                case 2 -> here.stopReceiving(1);
                default -> connection.close(0, "bye");
            }
            assertThat(dead.await(SOON.toSeconds(), TimeUnit.SECONDS))
                    .as("way %s", way)
                    .isTrue();
            assertThat(there.alive()).isFalse();
        }
    }

    @Test
    void aStreamThatEndsWithDataIsAliveAndReadable() throws Exception {
        Connection connection = connect(10);
        EngineStream here = RawPeer.open(connection, 1, 2, 3);
        here.output().close();
        EngineStream there = peerOf(here, connection);
        CountDownLatch readable = new CountDownLatch(1);
        there.whenReadable(10, readable::countDown);
        // Everything up to the FIN is enough.
        assertThat(readable.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(there.alive()).isTrue();
        assertThat(there.input().readAllBytes()).containsExactly(1, 2, 3);
    }

    @Test
    void onlyNewDataOfAPeerIsRefusedOnAClosedStream() throws Exception {
        Connection connection = connect(10);
        EngineStream here = RawPeer.open(connection, 0);
        EngineStream there = peerOf(here, connection);
        there.output().write(new byte[4]);
        assertThat(here.input().readNBytes(4)).hasSize(4);
        here.output().write(1);
        here.close();
        // The same bytes again: the peer retransmits what is not acknowledged in time.
        ((KwikStream) here).onData(4);
        EngineStream later = RawPeer.open(connection, 0);
        EngineStream peerOfLater = peerOf(later, connection);
        assertThat(peerOfLater.input().read()).isZero();
        assertThat(there.alive()).isTrue();
        assertThat(there.input().readAllBytes()).containsExactly(0, 1);
        there.output().write(1);
        await().until(() -> !there.alive());
    }

    @Test
    void dataIsReportedOnceWheneverItComes() throws Exception {
        Connection connection = connect(2000);
        AtomicInteger told = new AtomicInteger();
        List<EngineStream> opened = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            opened.add(RawPeer.open(connection, 0));
        }
        await().until(() -> accepted.size() == 1000);
        for (EngineStream stream : accepted) {
            stream.whenReadable(3, told::incrementAndGet);
        }
        for (EngineStream stream : opened) {
            stream.output().write(1);
        }
        await().during(Duration.ofMillis(200)).until(() -> told.get() == 0);
        for (EngineStream stream : opened) {
            stream.output().write(2);
        }
        await().until(() -> told.get() == 1000);
    }
}
