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
 * Keeps an event loop awake while a call is under way. To put a thread to sleep and to wake it takes longer than all else in a round
 * trip between two near processes, and a loop that sleeps is woken twice in each: by what its caller writes, and by what the peer
 * answers. So for {@link #WINDOW_MICROS} the loop asks again and again instead of sleeping
 *
 * <ul>
 *   <li>after a thread that waited for data was given some: that thread may write next, and the acknowledgement, which is held back
 *       meanwhile, goes with what it writes;
 *   <li>after something was written: the peer may answer.
 * </ul>
 *
 * <p>Each only where it was worth it lately: of a peer that is farther away, or thinks longer, nothing comes in time, and the loop
 * sleeps as any other does, but for one in {@link #RETRY} that finds out whether that has changed. While it asks it lets any other
 * thread that wants the processor have it. On the event loop.
 */
final class BusyPoll implements SelectStrategy {

    static final int WINDOW_MICROS = 100;

    /** So many in vain, more than those that were not, and it is left alone. */
    static final int PATIENCE = 16;

    static final int RETRY = 64;

    private static final long WINDOW = TimeUnit.MICROSECONDS.toNanos(WINDOW_MICROS);

    /** Something that may be about to happen. */
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

        boolean isOver(long now) {
            return open && now - until >= 0;
        }
    }

    private final LongSupplier clock;
    private final boolean useful;
    private final Expectation fromHere = new Expectation();
    private final Expectation fromPeer = new Expectation();
    // The sockets whose batch of datagrams is not yet over for the codec, which acknowledges when it is.
    private final Deque<ChannelHandlerContext> held = new ArrayDeque<>();

    BusyPoll() {
        this(System::nanoTime, Processors.mayWaitAwake());
    }

    BusyPoll(LongSupplier clock, boolean useful) {
        this.clock = clock;
        this.useful = useful;
    }

    // ---- what is told

    /** A thread that waited for data has some. */
    void readerWoken() {
        if (!useful) {
            return;
        }
        fromPeer.met = true;
        fromPeer.end();
        if (!fromHere.open) {
            fromHere.begin(clock.getAsLong());
        }
    }

    /** Something that another thread has written was handed to quiche. */
    void written() {
        if (!useful) {
            return;
        }
        fromHere.met = true;
        release();
        fromPeer.begin(clock.getAsLong());
    }

    /** Ends the batches that are held back. */
    void release() {
        fromHere.end();
        while (!held.isEmpty()) {
            held.remove().fireChannelReadComplete();
        }
    }

    /** Ends the batch of datagrams that a socket is reading, or that is held back. */
    static void endBatch(Channel socket) {
        ChannelHandlerContext batches = socket.pipeline().context(Batches.class);
        if (batches != null) {
            batches.fireChannelReadComplete();
        }
    }

    /** Next to a socket: ends its batches of datagrams, or holds that back. */
    final class Batches extends ChannelInboundHandlerAdapter {

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (!fromHere.open) {
                context.fireChannelReadComplete();
            } else if (held.contains(context)) {
                // One acknowledgement for two batches.
                fromHere.met = true;
            } else {
                held.add(context);
            }
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            held.remove(context);
        }
    }

    // ---- what the loop asks

    @Override
    public int calculateStrategy(IntSupplier selectNow, boolean hasTasks) throws Exception {
        if (fromHere.open || fromPeer.open) {
            endWhatIsOver();
        } else if (!hasTasks) {
            return SelectStrategy.SELECT;
        }
        int ready = selectNow.get();
        if (ready <= 0 && !hasTasks) {
            letOthersRun();
        }
        return ready;
    }

    private void endWhatIsOver() {
        long now = clock.getAsLong();
        if (fromHere.isOver(now)) {
            release();
        }
        if (fromPeer.isOver(now)) {
            fromPeer.end();
        }
    }

    // The thread that is waited for may want this processor; nothing is correct only because of it.
    @SuppressWarnings("ThreadPriorityCheck")
    private static void letOthersRun() {
        Thread.yield();
    }
}
