package io.quicpool.core.streams;

import io.quicpool.StreamId;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.PoolOptions;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Slots whose streams have no peer: the races are about who gets them. */
final class Streams implements EngineStream {

    /** A slot with this id that is registered and not delivered. */
    static Slot registered(IdleStreams idleStreams, int id) {
        Slot slot = unregistered(id);
        idleStreams.register(slot);
        return slot;
    }

    /** A slot that will have this id. */
    static Slot unregistered(int id) {
        Slot slot = new Slot(new Streams(), 0, 0);
        slot.id(new StreamId(id));
        return slot;
    }

    /** An idle slot with this id. */
    static Slot idle(IdleStreams idleStreams, int id) {
        Slot slot = registered(idleStreams, id);
        idleStreams.deliver(slot);
        return slot;
    }

    /** A caller that wants the stream with this id, or any. It waits unless the stream is idle. */
    static Waiter waiter(IdleStreams idleStreams, @Nullable StreamId id) {
        Waiter waiter = new Waiter(id, 0);
        idleStreams.addWaiter(waiter);
        return waiter;
    }

    private static final ClientPoolConfig ONE_IN_USE = ClientPoolConfig.builder()
            .target("peer:1")
            .option(PoolOptions.MAX_IN_USE, 1)
            .build();

    /** Streams of which one may be in use at a time. */
    static IdleStreams oneInUse() {
        return new IdleStreams(ONE_IN_USE);
    }

    /** Takes as many as it gets. Returns how many. */
    static int takeAll(IdleStreams idleStreams) {
        int taken = 0;
        while (idleStreams.takeAny() != null) {
            taken++;
        }
        return taken;
    }

    // Only its identity is used.
    private static final Connection CONNECTION = (Connection) Proxy.newProxyInstance(
            Streams.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> switch (method.getName()) {
                case "hashCode" -> 1;
                case "equals" -> proxy == arguments[0];
                default -> throw new UnsupportedOperationException(method.getName());
            });

    @Override
    public Connection connection() {
        return CONNECTION;
    }

    @Override
    public InputStream input() {
        return InputStream.nullInputStream();
    }

    @Override
    public OutputStream output() {
        return OutputStream.nullOutputStream();
    }

    @Override
    public boolean alive() {
        return true;
    }

    @Override
    public boolean finished() {
        return false;
    }

    @Override
    public void whenReadable(int bytes, Runnable action) {}

    @Override
    public void whenEnded(Runnable action) {}

    @Override
    public void whenReadReturns(Runnable action) {}

    @Override
    public void whenStopped(Runnable action) {}

    @Override
    public void close() {}

    @Override
    public void reset(long applicationErrorCode) {}

    @Override
    public void stopReceiving(long applicationErrorCode) {}
}
