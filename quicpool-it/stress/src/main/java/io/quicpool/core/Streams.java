package io.quicpool.core;

import io.quicpool.StreamId;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Slots whose streams lead nowhere: the races are about who gets them. */
final class Streams implements EngineStream {

    /** A slot that waits to be delivered under this id. */
    static Slot announced(IdleStreams stock, int id) {
        Slot slot = unannounced(id);
        stock.announce(slot);
        return slot;
    }

    /** A slot that will have this id. */
    static Slot unannounced(int id) {
        Slot slot = new Slot(new Streams(), 0, 0);
        slot.id(new StreamId(id));
        return slot;
    }

    /** A slot in stock under this id. */
    static Slot idle(IdleStreams stock, int id) {
        Slot slot = announced(stock, id);
        stock.deliver(slot);
        return slot;
    }

    /** Somebody who wants the stream with this id, or any, and waits unless it is there. */
    static Waiter waiter(IdleStreams stock, @Nullable StreamId id) {
        Waiter waiter = new Waiter(id, 0);
        stock.await(waiter);
        return waiter;
    }

    // Nothing is asked of it but whether it is itself.
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
    public void whenDead(Runnable action) {}

    @Override
    public void close() {}

    @Override
    public void reset(long applicationErrorCode) {}

    @Override
    public void stopReceiving(long applicationErrorCode) {}
}
