package io.quicpool.core;

import io.quicpool.PoolState;
import io.quicpool.StreamId;
import io.quicpool.core.streams.Callers;
import io.quicpool.core.streams.IdleStreams;
import io.quicpool.core.streams.Lease;
import io.quicpool.core.streams.Slot;
import io.quicpool.core.streams.Waiter;
import java.io.IOException;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Runs a script against one side of the id exchange: what peers and callers do, and what must hold after each step. */
abstract class Exchange {

    // A strong reference, else the logger would lose its level.
    private static final Logger QUIET = Logger.getLogger("io.quicpool");

    static {
        QUIET.setLevel(Level.OFF);
    }

    final Script script;
    final List<ScriptedConnection> connections = new ArrayList<>();
    private final List<Slot> mine = new ArrayList<>();
    private final List<Waiter> waiters = new ArrayList<>();
    private boolean closing;

    Exchange(Script script) {
        this.script = script;
    }

    // ---- differences of the two sides

    abstract CorePool pool();

    /** The half of the exchange under test. */
    abstract Object exchange();

    abstract void connect();

    /** Opens a stream on a connection. */
    abstract void open(ScriptedConnection connection);

    abstract void lose(ScriptedConnection connection);

    /** The peer does its part of the exchange. */
    abstract void answer(ScriptedStream stream);

    /** An action that only this side has. */
    abstract void own();

    abstract void checkRegistered(Slot slot, ScriptedStream stream);

    abstract void checkCounts();

    // ---- the run

    void run() {
        connect();
        script.run(this::step, this::check);
        close();
        connections.forEach(ScriptedConnection::refuseAll);
        script.checked(this::check);
        checkEnd();
    }

    private void step() {
        switch (script.next(24)) {
            case 0, 1, 2 -> onConnection(this::open);
            case 3, 4, 5 -> onStream(this::answer);
            case 6 -> onStream(stream -> stream.send(anyBytes()));
            case 7 -> onStream(ScriptedStream::fin);
            case 8 -> onStream(ScriptedStream::die);
            case 9 -> connect();
            case 10 -> onConnection(this::lose);
            case 11 -> own();
            case 12 -> take(pool().takeNow(null));
            case 13 -> take(pool().takeNow(anyId()));
            case 14, 15 -> giveUp();
            case 16 -> await(Callers.waiter(script.next(2) == 0 ? null : anyId()));
            case 17 -> cancel();
            case 18 -> pool().flush();
            case 19 -> pool().suspend();
            case 20 -> pool().resume();
            case 21 -> pool().periodicCheck();
            case 22 -> late();
            default -> {
                if (script.next(8) == 7) {
                    close();
                }
            }
        }
    }

    private interface Action<T> {
        void on(T it);
    }

    private void onConnection(Action<ScriptedConnection> action) {
        List<ScriptedConnection> alive =
                connections.stream().filter(ScriptedConnection::up).toList();
        if (!alive.isEmpty()) {
            action.on(alive.get(script.next(alive.size())));
        }
    }

    private void onStream(Action<ScriptedStream> action) {
        onConnection(connection -> {
            List<ScriptedStream> streams = connection.streams();
            if (!streams.isEmpty()) {
                // Prefers new streams, because most scripts go on with the last one.
                action.on(streams.get(streams.size() - 1 - script.next(streams.size())));
            }
        });
    }

    private byte[] anyBytes() {
        byte[] bytes = new byte[script.next(7)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) script.next();
        }
        return bytes;
    }

    private StreamId anyId() {
        List<StreamId> live = pool().idleStreams.live().stream().map(Slot::id).toList();
        int which = script.next(live.size() + 2);
        return which < live.size() ? live.get(which) : new StreamId(which - live.size());
    }

    private void take(@Nullable Slot slot) {
        if (slot != null) {
            mine.add(slot);
        }
    }

    private void giveUp() {
        harvest();
        if (mine.isEmpty()) {
            return;
        }
        Slot slot = mine.get(script.next(mine.size()));
        Lease lease = Callers.lease(slot, pool().streams);
        switch (script.next(3)) {
            case 0 -> lease.close();
            case 1 -> lease.reset(7);
            default -> use(lease, (ScriptedStream) slot.stream());
        }
    }

    private static void use(Lease lease, ScriptedStream stream) {
        try {
            lease.outputStream().write(1);
            if (!stream.reading() && lease.inputStream().available() > 0) {
                int unused = lease.inputStream().read();
            }
        } catch (IOException itsPeerHasGone) {
            lease.close();
        }
    }

    private void await(Waiter waiter) {
        waiters.add(waiter);
        pool().addWaiter(waiter);
    }

    private void cancel() {
        if (!waiters.isEmpty()) {
            Waiter waiter = waiters.get(script.next(waiters.size()));
            Callers.giveUp(waiter);
            pool().removeWaiter(waiter);
        }
    }

    private void late() {
        age(pending());
        pool().periodicCheck();
    }

    private void close() {
        // A second call would wait for the first, which needs this thread.
        if (!closing) {
            closing = true;
            pool().close(Duration.ZERO);
        }
    }

    // ---- invariants

    private void harvest() {
        for (Waiter waiter : List.copyOf(waiters)) {
            if (!waiter.isWaiting()) {
                waiters.remove(waiter);
                Slot slot = Callers.slot(waiter);
                if (slot != null) {
                    mine.add(slot);
                }
            }
        }
    }

    private void check() {
        harvest();
        IdleStreams idleStreams = pool().idleStreams;
        Set<ScriptedStream> registered = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<StreamId> ids = new HashSet<>();
        int idle = 0;
        int taken = 0;
        for (Slot slot : idleStreams.live()) {
            ScriptedStream stream = (ScriptedStream) slot.stream();
            hold(slot.isIdle() || slot.isTaken(), "in the map of ids, but neither idle nor taken: ", slot);
            hold(registered.add(stream), "its stream is idle twice: ", slot);
            hold(ids.add(slot.id()), "its id is held twice: ", slot);
            hold(!stream.ended(), "idle although its stream was ended: ", slot);
            idle += slot.isIdle() ? 1 : 0;
            taken += slot.isTaken() ? 1 : 0;
            checkRegistered(slot, stream);
        }
        equal("idle", idle, idleStreams.idle());
        equal("taken", taken, idleStreams.taken());
        Set<Slot> callers = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Slot slot : mine) {
            hold(callers.add(slot), "has two callers: ", slot);
        }
        mine.removeIf(slot -> !slot.isTaken());
        equal("taken by callers and handlers", mine.size() + handled(), taken);
        Set<Slot> queued = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Slot slot : idleStreams.oldestFirst()) {
            hold(!slot.isIdle() || queued.add(slot), "idle and twice in the queue: ", slot);
        }
        equal("idle in the queue", idle, queued.size());
        equal("waiting", waiters.size(), idleStreams.waiting());
        checkOpening(registered);
        checkCounts();
    }

    private void checkOpening(Set<ScriptedStream> registered) {
        int asked = 0;
        int open = 0;
        for (ScriptedConnection connection : connections) {
            asked += connection.asked();
            for (ScriptedStream stream : connection.streams()) {
                open += stream.ended() || registered.contains(stream) ? 0 : 1;
            }
        }
        equal("opening", asked + open, pool().opening());
        equal("pending", open, pending().size());
    }

    /** How many streams the handler of the pool has. */
    int handled() {
        return 0;
    }

    private void checkEnd() {
        hold(pool().lifecycleState() == PoolState.CLOSED, "not closed: ", pool().lifecycleState());
        equal("idle at the end", 0, pool().idleStreams.idle());
        equal("taken at the end", 0, pool().idleStreams.taken());
        equal("waiting at the end", 0, pool().idleStreams.waiting());
        equal("opening at the end", 0, pool().opening());
        hold(
                pool().idleStreams.live().isEmpty(),
                "live at the end: ",
                pool().idleStreams.live());
        for (ScriptedConnection connection : connections) {
            connection.streams().forEach(stream -> hold(stream.ended(), "left open: ", stream));
        }
    }

    static void equal(String what, long expected, long counted) {
        if (expected != counted) {
            throw new AssertionError(what + ": " + counted + " by the counter, " + expected + " there are");
        }
    }

    static void hold(boolean holds, String what, Object which) {
        if (!holds) {
            throw new AssertionError(what + which);
        }
    }

    // ---- reflection

    @SuppressWarnings("unchecked")
    private Set<Slot> pending() {
        // The server's map has the client of each slot.
        return field(exchange(), "pending") instanceof Map<?, ?> owned
                ? ((Map<Slot, ?>) owned).keySet()
                : (Set<Slot>) field(exchange(), "pending");
    }

    private static void age(Set<Slot> slots) {
        try {
            Field since = Slot.class.getDeclaredField("since");
            since.setAccessible(true);
            for (Slot slot : slots) {
                since.setLong(slot, slot.since() - Duration.ofDays(1).toNanos());
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    static Object field(Object object, String name) {
        try {
            Field field = object.getClass().getDeclaredField(name);
            field.setAccessible(true);
            return field.get(object);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
