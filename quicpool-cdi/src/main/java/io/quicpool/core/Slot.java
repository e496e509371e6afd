package io.quicpool.core;

import io.quicpool.StreamId;
import io.quicpool.transport.EngineStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One pooled stream from its opening to its end. The state is the only truth about who may use the stream; the queue of
 * idle slots and the map of ids are indexes over it.
 *
 * <pre>
 * OPENING --rest--&gt; IDLE --take--&gt; TAKEN --end--&gt; CLOSED
 *    |  \              |  &lt;-giveBack-/ ^
 *    |   \--- takeOnArrival ----------/
 *    |                 |
 *    +----retire-------+--&gt; RETIRED
 * </pre>
 *
 * <p>Every transition is a compare-and-set that says whether it won; only the winner acts on the stream.
 */
final class Slot {

    enum State {
        /** Open, but its id is not exchanged yet (at the server: its hello has not come). */
        OPENING,
        /** In stock. */
        IDLE,
        /** Belongs to a caller. */
        TAKEN,
        /** Given up before anybody took it. */
        RETIRED,
        /** Given back by the caller who had it. */
        CLOSED
    }

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Slot.class, "state", State.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final EngineStream stream;
    private final int generation;
    private final long since;
    private volatile State state = State.OPENING;
    // Written before the slot is published through the stock's map, and read after.
    private @Nullable StreamId id;
    private @Nullable IdleStreams home;
    // The timer thread's own: when it first saw that the peer has finished; 0 before.
    private long finishedSince;

    /**
     * Makes the slot of a stream that was just opened.
     *
     * @param generation the pool's generation at that moment: a flush retires all older ones
     * @param since nano time of the opening
     */
    Slot(EngineStream stream, int generation, long since) {
        this.stream = stream;
        this.generation = generation;
        this.since = since;
    }

    EngineStream stream() {
        return stream;
    }

    int generation() {
        return generation;
    }

    /** Whether a flush that began this generation gives it up. */
    boolean isOlderThan(int other) {
        return generation - other < 0;
    }

    long since() {
        return since;
    }

    /** Gives the id, before the slot is announced; may be given again when it was found to be in use. */
    void id(StreamId given) {
        assert state == State.OPENING || state == State.RETIRED : "the id is given before " + state;
        id = given;
    }

    /** Enters it in a stock; before it is published. */
    void home(IdleStreams stock) {
        home = stock;
    }

    boolean livesIn(IdleStreams stock) {
        return home == stock;
    }

    /** Timer thread: how long, in nanoseconds, it has been known that the peer will say no more. */
    long finishedFor(long now) {
        if (!stream.finished()) {
            return 0;
        }
        if (finishedSince == 0) {
            finishedSince = now;
        }
        return now - finishedSince;
    }

    StreamId id() {
        StreamId given = id;
        if (given == null) {
            throw new IllegalStateException("no id yet");
        }
        return given;
    }

    /** Whether the id is known. */
    boolean known() {
        return id != null;
    }

    State state() {
        return state;
    }

    boolean isIdle() {
        return state == State.IDLE;
    }

    boolean isTaken() {
        return state == State.TAKEN;
    }

    /** Whether somebody has it, or has just given it back: the stock knows it for as long as its stream is being ended. */
    boolean isInUse() {
        State now = state;
        return now == State.TAKEN || now == State.CLOSED;
    }

    boolean rest() {
        return move(State.OPENING, State.IDLE);
    }

    boolean take() {
        return move(State.IDLE, State.TAKEN);
    }

    boolean takeOnArrival() {
        return move(State.OPENING, State.TAKEN);
    }

    boolean giveBack() {
        return move(State.TAKEN, State.IDLE);
    }

    boolean end() {
        return move(State.TAKEN, State.CLOSED);
    }

    /** Gives the stream up if it has not come to rest yet. */
    boolean abandon() {
        return move(State.OPENING, State.RETIRED);
    }

    /** Gives the stream up unless somebody has it; says from which state, or null when it lost. */
    @Nullable State retire() {
        if (move(State.IDLE, State.RETIRED)) {
            return State.IDLE;
        }
        return move(State.OPENING, State.RETIRED) ? State.OPENING : retireAfterRest();
    }

    // It may have come to rest between the two attempts above; it cannot go back to OPENING.
    private @Nullable State retireAfterRest() {
        return move(State.IDLE, State.RETIRED) ? State.IDLE : null;
    }

    private boolean move(State from, State to) {
        return STATE.compareAndSet(this, from, to);
    }

    @Override
    public String toString() {
        return (id == null ? "no id yet" : id) + " " + state;
    }
}
