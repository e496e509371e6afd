package io.quicpool.transport.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What the ends of streams and connections mean, whatever the engine. The engine here has no peer: it notes the frames that it sends. */
class EndsTest {

    private final List<String> sent = new ArrayList<>();
    private final FakeConnection connection = new FakeConnection();
    private FakeStream stream = new FakeStream();

    private final class FakeConnection extends AbstractConnection {

        @Override
        protected CompletionStage<EngineStream> open() {
            return CompletableFuture.completedFuture(stream);
        }

        @Override
        protected void deliver(Runnable event) {
            event.run();
        }

        @Override
        protected void endStreams() {
            stream.lost(null);
        }

        @Override
        protected void closeNow(long applicationErrorCode, String reason) {
            sent.add("CONNECTION_CLOSE " + reason);
            freed();
        }

        @Override
        public long silentNanos() {
            return 0;
        }

        @Override
        public void ping() {}

        @Override
        public int credit() {
            return 1;
        }

        @Override
        public boolean awaitDelivered(Duration timeout, Duration silence) {
            return true;
        }
    }

    private final class FakeStream extends AbstractStream {

        private final FakeInput input = new FakeInput(this);
        private final FakeOutput output = new FakeOutput(this);

        @Override
        public AbstractConnection connection() {
            return connection;
        }

        @Override
        public FakeInput input() {
            return input;
        }

        @Override
        public FakeOutput output() {
            return output;
        }

        @Override
        protected void checkReadable() {
            fireIfReadable(input.unread, input.isFinished());
        }

        @Override
        protected void execute(Runnable task) {
            task.run();
        }

        @Override
        protected void sendReset(long code) {
            sent.add("RESET_STREAM " + code);
        }

        @Override
        protected void sendStopSending(long code) {
            sent.add("STOP_SENDING " + code);
        }

        @Override
        protected void closed() {
            sent.add("closed");
        }

        private void arrive(int bytes) {
            input.unread += bytes;
            unreadDataCame();
            checkReadable();
        }
    }

    /** Instead of waiting it is interrupted. */
    private static final class FakeInput extends StreamInput {

        private int unread;

        FakeInput(AbstractStream stream) {
            super(stream);
        }

        @Override
        protected int takeOrWait(byte[] buffer, int offset, int length) throws IOException, InterruptedException {
            int taken = takeNow(buffer, offset, length);
            if (taken == 0) {
                throw new InterruptedException();
            }
            return taken;
        }

        @Override
        protected int take(byte[] buffer, int offset, int length) {
            int taken = Math.min(length, unread);
            unread -= taken;
            return taken == 0 && isFinished() ? -1 : taken;
        }

        @Override
        protected void wake() {}

        @Override
        protected boolean discard() {
            boolean some = unread > 0;
            unread = 0;
            return some;
        }

        @Override
        public int available() {
            return unread;
        }
    }

    private final class FakeOutput extends StreamOutput {

        FakeOutput(AbstractStream stream) {
            super(stream);
        }

        @Override
        protected int piece() {
            return 2;
        }

        @Override
        protected void send(byte[] bytes, int offset, int length, boolean last) {
            sent.add("STREAM " + length + (last && finish() ? " FIN" : ""));
        }

        @Override
        protected void wake() {}

        @Override
        public void close() {
            if (finish()) {
                sent.add("FIN");
            }
        }
    }

    @Test
    void closingTellsAPeerToStopOnlyIfItSendsSomething() throws IOException {
        stream.output().write(new byte[3]);
        stream.close();
        assertThat(sent).containsExactly("STREAM 2", "STREAM 1", "FIN", "closed");
        stream.arrive(1);
        stream.arrive(1);
        assertThat(sent).hasSize(5).last().isEqualTo("STOP_SENDING 0");
        assertThat(stream.alive()).isFalse();
    }

    @Test
    void theFinGoesWithTheLastBytes() throws IOException {
        stream.writeLast(new byte[3], 0, 3);
        stream.close();
        assertThat(sent).containsExactly("STREAM 2", "STREAM 1 FIN", "closed");
        assertThatThrownBy(() -> stream.writeLast(new byte[3], 0, 3)).hasMessage("the sending side is closed");
    }

    @Test
    void closingTellsAPeerToStopWhoseDataWasNotRead() {
        stream.arrive(1);
        stream.close();
        assertThat(sent).containsExactly("FIN", "STOP_SENDING 0", "closed");
    }

    @Test
    void aResetEndsBothDirectionsOnce() {
        stream.reset(7);
        stream.stopReceiving(8);
        assertThat(sent).containsExactly("RESET_STREAM 7", "STOP_SENDING 7");
        assertThatThrownBy(() -> stream.input().read()).hasMessage("receiving was stopped");
        assertThatThrownBy(() -> stream.output().write(1)).hasMessage("the stream was reset on this side");
    }

    @Test
    void theFinCountsWhenEverythingIsRead() throws IOException {
        AtomicInteger ends = new AtomicInteger();
        stream.whenEnded(ends::incrementAndGet);
        stream.arrive(1);
        stream.allRead();
        stream.input().fin();
        assertThat(stream.finished()).isTrue();
        assertThat(stream.alive()).isTrue();
        assertThat(stream.input().read()).isZero();
        stream.allRead();
        assertThat(stream.input().read()).isEqualTo(-1);
        assertThat(stream.alive()).isFalse();
        assertThat(ends).hasValue(1);
        stream.output().write(1);
        assertThat(sent).containsExactly("STREAM 1");
    }

    @Test
    void aResetOfThePeerDropsWhatWasNotRead() {
        stream.arrive(1);
        stream.input().fin();
        stream.resetReceived(9);
        assertThat(stream.peerError()).isEqualTo(9);
        assertThat(stream.finished()).isFalse();
        assertThatThrownBy(() -> stream.input().read()).hasMessage("Stream reset by peer, code 9");
    }

    @Test
    void stopSendingEndsOnlyTheSendingPart() throws IOException {
        stream.stopSendingReceived(4);
        assertThatThrownBy(() -> stream.output().write(1)).hasMessageContaining("STOP_SENDING");
        stream.arrive(1);
        assertThat(stream.input().read()).isZero();
        assertThat(stream.alive()).isFalse();
    }

    @Test
    void enoughDataRunsAnActionOnceAndFewerBeforeAFin() {
        AtomicInteger runs = new AtomicInteger();
        stream.whenReadable(2, runs::incrementAndGet);
        stream.arrive(1);
        assertThat(runs).hasValue(0);
        stream.input().fin();
        stream.arrive(0);
        stream.arrive(0);
        assertThat(runs).hasValue(1);
    }

    @Test
    void aReadReturnsWhenDataComesAndWhenNothingMoreWill() throws IOException {
        AtomicInteger runs = new AtomicInteger();
        stream.whenReadReturns(runs::incrementAndGet);
        assertThat(runs).hasValue(0);
        stream.arrive(1);
        stream.arrive(0);
        assertThat(runs).hasValue(1);
        assertThat(stream.input().read()).isZero();
        stream.whenReadReturns(runs::incrementAndGet);
        stream.stopSendingReceived(4);
        assertThat(runs).hasValue(1);
        stream.input().fin();
        stream.allRead();
        assertThat(runs).hasValue(2);
        assertThat(stream.input().read()).isEqualTo(-1);
        stream.whenReadReturns(runs::incrementAndGet);
        assertThat(runs).hasValue(3);
    }

    @Test
    void aReadReturnsAfterEachEnd() {
        for (Runnable end : List.<Runnable>of(
                () -> stream.resetReceived(9),
                () -> stream.reset(9),
                () -> stream.stopReceiving(9),
                () -> stream.lost(null))) {
            stream = new FakeStream();
            AtomicInteger runs = new AtomicInteger();
            stream.whenReadReturns(runs::incrementAndGet);
            end.run();
            assertThat(runs).hasValue(1);
        }
        stream = new FakeStream();
        AtomicInteger runs = new AtomicInteger();
        stream.whenReadReturns(runs::incrementAndGet);
        stream.close();
        stream.arrive(1);
        stream.resetReceived(9);
        assertThat(runs).hasValue(0);
    }

    @Test
    void sendingStopsOnceByThePeerAResetOrALoss() {
        for (Runnable end : List.<Runnable>of(
                () -> stream.stopSendingReceived(9), () -> stream.reset(9), () -> stream.lost(null))) {
            stream = new FakeStream();
            AtomicInteger runs = new AtomicInteger();
            stream.whenStopped(runs::incrementAndGet);
            stream.input().fin();
            stream.allRead();
            assertThat(runs).hasValue(0);
            end.run();
            stream.lost(null);
            assertThat(runs).hasValue(1);
            stream.whenStopped(runs::incrementAndGet);
            assertThat(runs).hasValue(2);
        }
    }

    @Test
    void anInterruptEndsAReadAndIsKept() {
        assertThatThrownBy(() -> stream.input().read()).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    private static ConnectionEvents events(List<String> losses) {
        return new ConnectionEvents() {
            @Override
            public void accepted(EngineStream stream) {}

            @Override
            public void lost(String reason) {
                losses.add(reason);
            }
        };
    }

    /** A server's pool gets a connection a moment before the connection gets the pool's listener. */
    @Test
    void aPoolLearnsOfALossThatCameBeforeItsListener() {
        List<String> losses = new ArrayList<>();
        connection.lost("first");
        connection.close(0, "freed");
        connection.events(events(losses));
        connection.events(events(losses));
        assertThat(losses).containsExactly("first");
    }

    @Test
    void aPoolThatHasClosedItsConnectionHearsOfNoLoss() {
        List<String> losses = new ArrayList<>();
        connection.close(0, "closed");
        connection.events(events(losses));
        connection.lost("later");
        assertThat(losses).isEmpty();
    }

    @Test
    void aWaitMayBeAsLongAsADurationCanBe() throws InterruptedException {
        connection.close(0, "closed");
        assertThat(connection.awaitClosed(Duration.ofSeconds(Long.MAX_VALUE))).isTrue();
    }

    @Test
    void aReadChecksItsRange() {
        stream.arrive(9);
        assertThatThrownBy(() -> stream.input().read(new byte[4], 0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> stream.input().read(new byte[4], 2, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(stream.input().available()).isEqualTo(9);
    }

    @Test
    void whatArrivedBeforeTheLossCanBeRead() throws IOException {
        List<String> losses = new ArrayList<>();
        connection.events(events(losses));
        stream.arrive(1);
        connection.lost("first");
        connection.lost("second");
        connection.close(0, "third");
        connection.close(0, "fourth");
        assertThat(losses).containsExactly("first");
        assertThat(sent).containsExactly("CONNECTION_CLOSE third");
        assertThat(stream.input().read()).isZero();
        assertThatThrownBy(() -> stream.input().read()).hasMessage("connection lost: first");
        assertThatThrownBy(() -> stream.output().write(1)).hasMessage("connection lost: first");
        assertThat(connection.openStream().toCompletableFuture()).isCompletedExceptionally();
    }
}
