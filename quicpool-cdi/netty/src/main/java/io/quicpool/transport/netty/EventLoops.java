package io.quicpool.transport.netty;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import io.quicpool.transport.Deadline;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The event loop of a pool: one thread for all its connections. Pools share none, so no pool can block another; only client pools with
 * the same name do. It starts with the first connection and ends with the last, so nothing is left when a pool is closed.
 */
final class EventLoops {

    private static final Map<String, EventLoops> CLIENTS = new HashMap<>();

    private final String poolName;
    private final EventLoopGroup group;
    private final BusyPoll busyPoll = new BusyPoll();
    private final SendBuffers buffers = new SendBuffers();
    private final ClientCodecs codecs = new ClientCodecs();
    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    // Guarded by CLIENTS.
    private int users;

    private EventLoops(String poolName) {
        this.poolName = poolName;
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = task -> thread(task, poolName, number.incrementAndGet());
        IoHandlerFactory handlers = epoll()
                ? EpollIoHandler.newFactory(0, () -> busyPoll)
                : NioIoHandler.newFactory(SelectorProvider.provider(), () -> busyPoll);
        group = new MultiThreadIoEventLoopGroup(1, factory, handlers);
    }

    private Thread thread(Runnable task, String poolName, int number) {
        Thread thread = new FastThreadLocalThread(task, "quicpool-" + poolName + "-io-" + number);
        thread.setDaemon(true);
        thread.setContextClassLoader(EventLoops.class.getClassLoader());
        threads.add(thread);
        return thread;
    }

    /** Whether epoll is used, with segmentation offload. Otherwise the JDK's selectors are. */
    static boolean epoll() {
        return Epoll.isAvailable();
    }

    static Class<? extends DatagramChannel> channel() {
        return epoll() ? EpollDatagramChannel.class : NioDatagramChannel.class;
    }

    /** A share in the event loop of a client pool. It must be given back once. */
    static Share ofClient(String poolName) {
        synchronized (CLIENTS) {
            EventLoops loops = CLIENTS.computeIfAbsent(poolName, EventLoops::new);
            loops.users++;
            return loops.new Share();
        }
    }

    /** The event loop of a listener, which may have the name of a client pool. It must be given back once. */
    static Share ofListener(String poolName) {
        EventLoops loops = new EventLoops(poolName);
        loops.users = 1;
        return loops.new Share();
    }

    // The group reports its termination a moment before its thread has ended.
    private boolean joined(Deadline deadline) throws InterruptedException {
        if (!group.awaitTermination(deadline.nanosLeft(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        for (Thread thread : threads) {
            deadline.join(thread);
        }
        return threads.stream().noneMatch(Thread::isAlive);
    }

    /** The share of one user: a connection with its own socket, or a listener. */
    final class Share {

        private final AtomicBoolean given = new AtomicBoolean();
        private volatile boolean last;

        EventLoopGroup group() {
            return group;
        }

        BusyPoll busyPoll() {
            return busyPoll;
        }

        SendBuffers buffers() {
            return buffers;
        }

        ClientCodecs codecs() {
            return codecs;
        }

        /** Gives the share back. The thread ends with the last share. Does not block. */
        void giveBack() {
            if (!given.compareAndSet(false, true)) {
                return;
            }
            synchronized (CLIENTS) {
                if (--users > 0) {
                    return;
                }
                CLIENTS.remove(poolName, EventLoops.this);
                last = true;
            }
            group.execute(buffers::close);
            group.execute(codecs::close);
            Future<?> ended = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            assert ended != null;
        }

        /** Waits until the thread has ended, if this was the last share. */
        boolean awaitEnded(Duration timeout) throws InterruptedException {
            return !last || joined(Deadline.after(timeout));
        }
    }
}
