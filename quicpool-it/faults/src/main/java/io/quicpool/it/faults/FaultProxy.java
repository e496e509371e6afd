package io.quicpool.it.faults;

import io.quicpool.it.faults.Fate.Direction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A network between clients and a server, over UDP on loopback: clients send to {@link #address}, and it forwards the
 * datagrams of each from a separate port. The faults can be changed at any time from any thread. A seed decides which
 * datagrams they affect.
 */
public final class FaultProxy implements AutoCloseable {

    private static final int LARGEST = 65_535;
    // After close nothing can be changed.
    private static final Duration MAX_CHANGE_WAIT = Duration.ofSeconds(5);
    private static final Duration FLOW_TIMEOUT = Duration.ofSeconds(20);
    private static final int BUFFER = 1 << 22;

    /** A datagram in transit. */
    private record Held(long due, long order, DatagramChannel from, SocketAddress to, ByteBuffer bytes) {}

    /** The current faults of one direction. */
    private static final class Line {
        private Faults faults = Faults.NONE;
        private Faults afterwards = Faults.NONE;
        private long until = Long.MAX_VALUE;
        private long datagrams;
        private long freeAt;

        void set(Faults now, @Nullable Duration time) {
            if (time == null) {
                afterwards = now;
                until = Long.MAX_VALUE;
            } else {
                until = System.nanoTime() + time.toNanos();
            }
            faults = now;
        }

        Faults at(long now) {
            if (until != Long.MAX_VALUE && now - until >= 0) {
                faults = afterwards;
                until = Long.MAX_VALUE;
            }
            return faults;
        }
    }

    /** One client and the port from which it is forwarded. Removed when the client has been silent for a while. */
    private static final class Flow {
        private final SocketAddress client;
        private final DatagramChannel back;
        private long heard = System.nanoTime();

        Flow(SocketAddress client, DatagramChannel back) {
            this.client = client;
            this.back = back;
        }
    }

    private final long seed;
    private final Selector selector;
    private final DatagramChannel front;
    private final InetSocketAddress address;
    private final Thread thread;
    private final Queue<Runnable> orders = new ConcurrentLinkedQueue<>();
    private final LongAdder passed = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder doubled = new LongAdder();
    private final LongAdder damaged = new LongAdder();
    private volatile int ports;
    private volatile boolean closed;

    // The fields below belong to the thread.
    private final Map<SocketAddress, Flow> flows = new HashMap<>();
    private final Map<Direction, Line> lines = new EnumMap<>(Direction.class);
    private final PriorityQueue<Held> underWay =
            new PriorityQueue<>(Comparator.comparingLong(Held::due).thenComparingLong(Held::order));
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(LARGEST);
    private InetSocketAddress server;
    private long order;
    private @Nullable Consumer<byte[]> tap;

    /** Opens one on a port of the system's choice. */
    public FaultProxy(InetSocketAddress server, long seed) throws IOException {
        this(server, seed, 0);
    }

    /** Opens one on a given port of loopback. */
    public FaultProxy(InetSocketAddress server, long seed, int port) throws IOException {
        this.server = server;
        this.seed = seed;
        for (Direction direction : Direction.values()) {
            lines.put(direction, new Line());
        }
        selector = Selector.open();
        front = channel(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        front.register(selector, SelectionKey.OP_READ);
        address = (InetSocketAddress) front.getLocalAddress();
        thread = new Thread(this::run, "fault-proxy-" + address.getPort());
        thread.setDaemon(true);
        thread.start();
    }

    private static DatagramChannel channel(InetSocketAddress local) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, BUFFER);
        channel.configureBlocking(false);
        channel.bind(local);
        return channel;
    }

    /** The address to which clients send. */
    public InetSocketAddress address() {
        return address;
    }

    // ---- faults, from any thread

    /** From now on, in both directions. */
    public FaultProxy both(Faults faults) {
        return order(() -> lines.values().forEach(line -> line.set(faults, null)));
    }

    /** From now on, towards the server. */
    public FaultProxy up(Faults faults) {
        return order(() -> line(Direction.UP).set(faults, null));
    }

    /** From now on, towards the clients. */
    public FaultProxy down(Faults faults) {
        return order(() -> line(Direction.DOWN).set(faults, null));
    }

    /** In both directions for some time, then as before. */
    public FaultProxy both(Faults faults, Duration time) {
        return order(() -> lines.values().forEach(line -> line.set(faults, time)));
    }

    /** Towards the server for some time. */
    public FaultProxy up(Faults faults, Duration time) {
        return order(() -> line(Direction.UP).set(faults, time));
    }

    /** Towards the clients for some time. */
    public FaultProxy down(Faults faults, Duration time) {
        return order(() -> line(Direction.DOWN).set(faults, time));
    }

    /** Forwards to another server from now on. */
    public FaultProxy lead(InetSocketAddress to) {
        return order(() -> server = to);
    }

    /** From now on clients come from other ports than before, as behind a NAT that has forgotten them (RFC 9000, section 9). */
    public FaultProxy rebind() {
        return order(() -> {
            flows.values().forEach(flow -> close(flow.back));
            flows.clear();
            ports = 0;
        });
    }

    /**
     * Passes each datagram for the server that is not lost to a consumer, before it is damaged. On the thread of this
     * proxy.
     */
    public FaultProxy tap(Consumer<byte[]> each) {
        return order(() -> tap = each);
    }

    /** Sends the server a datagram from the port of each recent client. */
    public FaultProxy inject(byte[] datagram) {
        return order(() -> {
            for (Flow flow : flows.values()) {
                underWay.add(new Held(System.nanoTime(), order++, flow.back, server, ByteBuffer.wrap(datagram)));
            }
        });
    }

    /** Starts counting again. */
    public FaultProxy restartCounting() {
        return order(() -> List.of(passed, lost, doubled, damaged).forEach(LongAdder::reset));
    }

    /** The counters so far, for people. */
    public String counts() {
        return "seed " + seed + ": passed " + passed + ", lost " + lost + ", doubled " + doubled + ", damaged "
                + damaged;
    }

    /** From how many ports it forwards: one socket for each recent client. */
    public int ports() {
        return ports;
    }

    /** How many datagrams it lost. */
    public long lost() {
        return lost.sum();
    }

    // Returns when the change is in effect for everything that is sent later.
    private FaultProxy order(Runnable what) {
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        orders.add(() -> {
            what.run();
            done.complete(null);
        });
        selector.wakeup();
        done.completeOnTimeout(null, MAX_CHANGE_WAIT.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        return this;
    }

    // ---- its thread

    private Line line(Direction direction) {
        Line line = lines.get(direction);
        if (line == null) {
            throw new IllegalStateException("no line " + direction);
        }
        return line;
    }

    private void run() {
        try {
            while (!closed) {
                for (Runnable next = orders.poll(); next != null; next = orders.poll()) {
                    next.run();
                }
                deliver();
                Held next = underWay.peek();
                if (next == null) {
                    selector.select(this::readAll);
                } else {
                    long wait = next.due - System.nanoTime();
                    // A selector only has milliseconds, so it is polled in the last one.
                    if (wait < TimeUnit.MILLISECONDS.toNanos(1)) {
                        selector.selectNow(this::readAll);
                    } else {
                        selector.select(this::readAll, TimeUnit.NANOSECONDS.toMillis(wait));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            flows.values().forEach(flow -> close(flow.back));
            close(front);
            close(selector);
        }
    }

    private static void close(AutoCloseable what) {
        try {
            what.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void readAll(SelectionKey key) {
        DatagramChannel channel = (DatagramChannel) key.channel();
        try {
            if (channel == front) {
                for (SocketAddress from = next(front); from != null; from = next(front)) {
                    Flow flow = flows.get(from);
                    if (flow == null) {
                        flow = open(from);
                    }
                    flow.heard = System.nanoTime();
                    take(Direction.UP, flow.back, server);
                }
            } else if (channel.isOpen()) {
                Flow flow = (Flow) key.attachment();
                while (next(channel) != null) {
                    take(Direction.DOWN, front, flow.client);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private @Nullable SocketAddress next(DatagramChannel channel) throws IOException {
        while (true) {
            buffer.clear();
            try {
                SocketAddress from = channel.receive(buffer);
                buffer.flip();
                return from;
            } catch (PortUnreachableException e) {
                // The server is down. Nothing comes back, as over a real network.
            }
        }
    }

    private Flow open(SocketAddress client) throws IOException {
        long now = System.nanoTime();
        flows.values().removeIf(flow -> {
            boolean old = now - flow.heard > FLOW_TIMEOUT.toNanos();
            if (old) {
                close(flow.back);
            }
            return old;
        });
        DatagramChannel back = channel(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Flow flow = new Flow(client, back);
        back.register(selector, SelectionKey.OP_READ, flow);
        flows.put(client, flow);
        ports = flows.size();
        return flow;
    }

    // The datagram in the buffer.
    private void take(Direction direction, DatagramChannel from, SocketAddress to) throws IOException {
        Line line = line(direction);
        long now = System.nanoTime();
        Faults faults = line.at(now);
        Fate fate = Fate.of(seed, direction, line.datagrams++, faults);
        if (fate.copies() == 0) {
            lost.increment();
            return;
        }
        long due = now + fate.delayNanos();
        if (faults.bytesPerSecond() > 0) {
            long begin = Math.max(now, line.freeAt);
            if (begin - now > Faults.MAX_QUEUE_TIME.toNanos()) {
                lost.increment();
                return;
            }
            line.freeAt = begin + TimeUnit.SECONDS.toNanos(1) * buffer.remaining() / faults.bytesPerSecond();
            due += line.freeAt - now;
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        Consumer<byte[]> look = tap;
        if (look != null && direction == Direction.UP) {
            look.accept(bytes.clone());
        }
        if (fate.turned() >= 0) {
            fate.damage(bytes);
            damaged.increment();
        }
        if (fate.copies() == 2) {
            doubled.increment();
        }
        for (int copy = 0; copy < fate.copies(); copy++) {
            underWay.add(new Held(due, order++, from, to, ByteBuffer.wrap(bytes)));
        }
        deliver();
    }

    private void deliver() throws IOException {
        for (Held next = underWay.peek(); next != null && next.due - System.nanoTime() <= 0; next = underWay.peek()) {
            underWay.remove();
            if (next.from.isOpen()) {
                send(next);
            }
        }
    }

    private void send(Held held) throws IOException {
        // Counts before sending, because the receiver may read the count.
        passed.increment();
        try {
            held.from.send(held.bytes, held.to);
        } catch (PortUnreachableException e) {
            passed.decrement();
            lost.increment();
        }
    }

    /** From now on nobody listens there. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
