package io.quicpool.transport.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SelectStrategy;
import io.netty.util.IntSupplier;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Keeps an event loop awake while a call is under way. Putting a thread to sleep and waking it takes longer than the rest of a round trip
 * between two processes on one host, and a sleeping loop is woken twice in each: by what its caller writes, and by the peer's answer. So
 * for {@link #WINDOW_MICROS} the loop polls instead of sleeping
 *
 * <ul>
 *   <li>after a blocked reader got data: it may write next. The acknowledgement is held back meanwhile, and travels with what it writes;
 *   <li>after something was written: the peer may answer.
 * </ul>
 *
 * <p>Each of the two is disabled while it keeps missing, for example because the peer is far away or slow: the loop then sleeps as usual,
 * and one try in {@link #RETRY} finds out whether that has changed. While it polls it yields the processor to other threads. On the event
 * loop.
 */
final class BusyPoll implements SelectStrategy {

    static final int WINDOW_MICROS = 100;

    /** How many more misses than hits disable polling. */
    static final int PATIENCE = 16;

    /** While polling is disabled, one occasion in this number is tried. */
    static final int RETRY = 64;

    private static final long WINDOW = TimeUnit.MICROSECONDS.toNanos(WINDOW_MICROS);

    /** An event that may be about to happen, and how often it did in time. */
    private static final class Expectation {

        private int patience = PATIENCE;
        private int passedOver;
        private boolean open;
        private boolean met;
        private long until;

        void begin(long now) {
            if (open || patience > 0 || ++passedOver % RETRY == 0) {
                open = true;
                met = false;
                until = now + WINDOW;
            }
        }

        void end() {
            if (open) {
                open = false;
                patience = met ? Math.min(PATIENCE, patience + 1) : Math.max(0, patience - 1);
            }
        }

        boolean isExpired(long now) {
            return open && now - until >= 0;
        }
    }

    private final LongSupplier clock;
    private final boolean enabled;
    private final Expectation nextWrite = new Expectation();
    private final Expectation nextAnswer = new Expectation();
    // Sockets whose end of a batch of datagrams is held back from the codec, which then acknowledges.
    private final Deque<ChannelHandlerContext> held = new ArrayDeque<>();

    BusyPoll() {
        this(System::nanoTime, Processors.mayBusyPoll());
    }

    BusyPoll(LongSupplier clock, boolean enabled) {
        this.clock = clock;
        this.enabled = enabled;
    }

    // ---- occasions

    /** A blocked reader got data. */
    void readerWoken() {
        if (!enabled) {
            return;
        }
        nextAnswer.met = true;
        nextAnswer.end();
        if (!nextWrite.open) {
            nextWrite.begin(clock.getAsLong());
        }
    }

    /** quiche got what another thread has written. */
    void written() {
        if (!enabled) {
            return;
        }
        nextWrite.met = true;
        releaseBatches();
        nextAnswer.begin(clock.getAsLong());
    }

    /** Passes the ends of batches on that are held back. */
    void releaseBatches() {
        nextWrite.end();
        while (!held.isEmpty()) {
            held.remove().fireChannelReadComplete();
        }
    }

    /** Ends the current batch of datagrams of a socket now, held back or not. */
    static void endBatch(Channel socket) {
        ChannelHandlerContext batches = socket.pipeline().context(Batches.class);
        if (batches != null) {
            batches.fireChannelReadComplete();
        }
    }

    /** The handler next to a socket, which passes the ends of its batches on or holds them back. */
    final class Batches extends ChannelInboundHandlerAdapter {

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (!nextWrite.open) {
                context.fireChannelReadComplete();
            } else if (held.contains(context)) {
                // One acknowledgement for two batches.
                nextWrite.met = true;
            } else {
                held.add(context);
            }
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            held.remove(context);
        }
    }

    // ---- the strategy of the event loop

    @Override
    public int calculateStrategy(IntSupplier selectNow, boolean hasTasks) throws Exception {
        if (nextWrite.open || nextAnswer.open) {
            endExpired();
        } else if (!hasTasks) {
            return SelectStrategy.SELECT;
        }
        int ready = selectNow.get();
        if (ready <= 0 && !hasTasks) {
            yieldProcessor();
        }
        return ready;
    }

    private void endExpired() {
        long now = clock.getAsLong();
        if (nextWrite.isExpired(now)) {
            releaseBatches();
        }
        if (nextAnswer.isExpired(now)) {
            nextAnswer.end();
        }
    }

    // The awaited thread may need this processor. Correctness does not depend on the yield.
    @SuppressWarnings("ThreadPriorityCheck")
    private static void yieldProcessor() {
        Thread.yield();
    }
}
