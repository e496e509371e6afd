package io.quicpool.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SelectStrategy;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When an event loop polls busily, and how long acknowledgements are held back. */
class BusyPollTest {

    private static final int READY = 3;

    private final BusyPoll poll = new BusyPoll(() -> this.now, true);
    private final Ends ends = new Ends();
    private final EmbeddedChannel socket = new EmbeddedChannel(poll.new Batches(), ends);
    private long now = Long.MAX_VALUE - 1000;

    private static final class Ends extends ChannelInboundHandlerAdapter {

        private int count;

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            count++;
        }
    }

    private void after(int micros) {
        now += TimeUnit.MICROSECONDS.toNanos(micros);
    }

    private boolean sleeps() throws Exception {
        return poll.calculateStrategy(() -> 0, false) == SelectStrategy.SELECT;
    }

    private void batch() {
        socket.pipeline().fireChannelReadComplete();
    }

    private void pollWithoutResult() throws Exception {
        poll.written();
        after(BusyPoll.WINDOW_MICROS);
        sleeps();
    }

    private void holdWithoutResult() throws Exception {
        poll.readerWoken();
        batch();
        after(BusyPoll.WINDOW_MICROS);
        sleeps();
    }

    // ---- polling

    @Test
    void aLoopOfWhichNothingIsExpectedSleeps() throws Exception {
        assertThat(sleeps()).isTrue();
        batch();
        assertThat(sleeps()).isTrue();
        assertThat(ends.count).isEqualTo(1);
    }

    @Test
    void whatIsReadyIsTold() throws Exception {
        assertThat(poll.calculateStrategy(() -> READY, true)).isEqualTo(READY);
        poll.written();
        assertThat(poll.calculateStrategy(() -> READY, false)).isEqualTo(READY);
    }

    @Test
    void afterAWriteALoopStaysAwakeForAMoment() throws Exception {
        poll.written();
        after(BusyPoll.WINDOW_MICROS - 1);
        assertThat(sleeps()).isFalse();
        after(1);
        // Tasks that the end of polling caused run first.
        sleeps();
        assertThat(sleeps()).isTrue();
    }

    @Test
    void itSleepsWhenTheAnswerHasComeAndWasAnswered() throws Exception {
        poll.written();
        poll.readerWoken();
        batch();
        poll.releaseBatches();
        assertThat(sleeps()).isTrue();
    }

    @Test
    void afterManyMissesItPollsOnlyNowAndThen() throws Exception {
        for (int i = 0; i < BusyPoll.PATIENCE; i++) {
            pollWithoutResult();
        }
        for (int i = 1; i < BusyPoll.RETRY; i++) {
            poll.written();
            assertThat(sleeps()).as("after write %d", i).isTrue();
        }
        poll.written();
        assertThat(sleeps()).isFalse();
    }

    @Test
    void itPollsAgainAfterARetryThatPaid() throws Exception {
        for (int i = 0; i < BusyPoll.PATIENCE; i++) {
            pollWithoutResult();
        }
        for (int i = 0; i < BusyPoll.RETRY; i++) {
            poll.written();
        }
        poll.readerWoken();
        poll.releaseBatches();
        poll.written();
        assertThat(sleeps()).isFalse();
    }

    @Test
    void aSpinThatMostlyPaysIsKept() throws Exception {
        for (int i = 0; i < 10 * BusyPoll.PATIENCE; i++) {
            pollWithoutResult();
            poll.written();
            assertThat(sleeps()).as("round %d", i).isFalse();
            poll.readerWoken();
            poll.releaseBatches();
        }
    }

    @Test
    void withOneProcessorItAlwaysSleeps() throws Exception {
        BusyPoll alone = new BusyPoll(() -> now, false);
        alone.written();
        assertThat(alone.calculateStrategy(() -> 0, false)).isEqualTo(SelectStrategy.SELECT);
        Ends its = new Ends();
        EmbeddedChannel itsSocket = new EmbeddedChannel(alone.new Batches(), its);
        alone.readerWoken();
        itsSocket.pipeline().fireChannelReadComplete();
        assertThat(its.count).isEqualTo(1);
        assertThat(alone.calculateStrategy(() -> 0, false)).isEqualTo(SelectStrategy.SELECT);
    }

    @Test
    void whetherALoopMayWaitAwakeCanBeSet() throws Exception {
        String before = System.getProperty(Processors.SWITCH);
        try {
            for (boolean awake : new boolean[] {true, false}) {
                System.setProperty(Processors.SWITCH, String.valueOf(awake));
                BusyPoll asSet = new BusyPoll();
                asSet.written();
                assertThat(asSet.calculateStrategy(() -> 0, false) != SelectStrategy.SELECT)
                        .isEqualTo(awake);
            }
        } finally {
            if (before == null) {
                System.clearProperty(Processors.SWITCH);
            } else {
                System.setProperty(Processors.SWITCH, before);
            }
        }
    }

    // ---- holding back

    @Test
    void theEndOfABatchGoesWithWhatTheReaderWrites() throws Exception {
        poll.readerWoken();
        batch();
        after(BusyPoll.WINDOW_MICROS - 1);
        assertThat(sleeps()).isFalse();
        assertThat(ends.count).isZero();
        poll.written();
        assertThat(ends.count).isEqualTo(1);
    }

    @Test
    void nothingIsHeldBackForLongerThanAMoment() throws Exception {
        for (int i = 0; i < 10; i++) {
            poll.readerWoken();
            batch();
            after(BusyPoll.WINDOW_MICROS / 10);
            sleeps();
        }
        assertThat(ends.count).isEqualTo(1);
    }

    @Test
    void whatIsSentForItselfEndsIt() {
        poll.readerWoken();
        batch();
        poll.releaseBatches();
        batch();
        assertThat(ends.count).isEqualTo(2);
    }

    @Test
    void afterManyMissesNothingIsHeldBack() throws Exception {
        for (int i = 0; i < BusyPoll.PATIENCE; i++) {
            holdWithoutResult();
        }
        int before = ends.count;
        poll.readerWoken();
        batch();
        assertThat(ends.count).isEqualTo(before + 1);
    }

    @Test
    void aSecondBatchIsWorthItToo() throws Exception {
        for (int i = 0; i < 2 * BusyPoll.PATIENCE; i++) {
            poll.readerWoken();
            batch();
            batch();
            after(BusyPoll.WINDOW_MICROS);
            sleeps();
        }
        assertThat(ends.count).isEqualTo(2 * BusyPoll.PATIENCE);
        poll.readerWoken();
        batch();
        assertThat(ends.count).isEqualTo(2 * BusyPoll.PATIENCE);
    }

    @Test
    void aSocketThatIsClosedIsForgotten() {
        poll.readerWoken();
        batch();
        assertThat(socket.close().isSuccess()).isTrue();
        int before = ends.count;
        poll.releaseBatches();
        assertThat(ends.count).isEqualTo(before);
    }
}
