package io.quicpool.core.streams;

import io.quicpool.StreamId;
import io.quicpool.transport.EngineStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One pooled stream from its opening to its end. Its state alone decides who may use the stream. The queue of idle
 * slots and the map of ids are indexes.
 *
 * <pre>
 * OPENING --becomeIdle--&gt; IDLE --take--&gt; TAKEN --end--&gt; CLOSED
 *    |  \                    |  &lt;-giveBack-/ ^
 *    |   \--- takeOnArrival -----------------/
 *    |                       |
 *    +---- evict ------------+--&gt; EVICTED
 * </pre>
 *
 * <p>Every transition is a compare-and-set that returns whether it won. Only the winner acts on the stream.
 */
public final class Slot {

    enum State {
        /** Open, but without an id. At a server, its hello may be missing too. */
        OPENING,
        /** Ready to be taken. */
        IDLE,
        /** A caller has it. */
        TAKEN,
        /** Removed before anybody took it. */
        EVICTED,
        /** Ended by the caller that had it. */
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
    // Written before the slot is published through the map of ids, and read after.
    private @Nullable StreamId id;
    private @Nullable SlotIndex owner;
    // The next three are written by the thread that takes it for a caller. Null, or 0, before.
    private @Nullable Use use;
    private @Nullable TakenBy takenBy;
    private long takenAt;
    // Said by the caller that has it.
    private volatile boolean failed;
    private boolean leakReported; // timer thread only
    // When the timer thread first saw that the peer has finished, else 0. Timer thread only.
    private long finishedSince;

    /**
     * Makes the slot of a stream that was just opened.
     *
     * @param generation the pool's generation at that moment; a flush evicts all older ones
     * @param since nano time of the opening
     */
    public Slot(EngineStream stream, int generation, long since) {
        this.stream = stream;
        this.generation = generation;
        this.since = since;
    }

    public EngineStream stream() {
        return stream;
    }

    int generation() {
        return generation;
    }

    /** Whether a flush that started this generation evicts it. */
    public boolean isOlderThan(int other) {
        return generation - other < 0;
    }

    public long since() {
        return since;
    }

    /** Sets the id, before the slot is registered. Set again when a live stream has that id. */
    public void id(StreamId given) {
        assert state == State.OPENING || state == State.EVICTED : "the id is given before " + state;
        id = given;
    }

    /** Sets the index of its pool, before it is published. */
    void owner(SlotIndex index) {
        owner = index;
    }

    public boolean isOwnedBy(IdleStreams index) {
        return owner == index;
    }

    /** A caller gets the slot now. */
    void use(Use by, @Nullable TakenBy where) {
        use = by;
        takenBy = where;
        takenAt = System.nanoTime();
    }

    /** The caller did not get it, and another may take it. */
    void unused() {
        use = null;
        takenBy = null;
        takenAt = 0;
        failed = false;
    }

    boolean isUsedBy(Object by) {
        return use == by;
    }

    /** Its use counts as one on which the peer failed, once it ends. */
    public void markFailed() {
        failed = true;
    }

    boolean hasFailed() {
        return failed;
    }

    /** Nano time at which a caller got it, 0 before. */
    long takenAt() {
        return takenAt;
    }

    @Nullable TakenBy takenBy() {
        return takenBy;
    }

    boolean isLeakReported() {
        return leakReported;
    }

    void leakReported() {
        leakReported = true;
    }

    /** For how many nanoseconds the peer is known to have finished. Timer thread. */
    public long finishedFor(long now) {
        if (!stream.finished()) {
            return 0;
        }
        if (finishedSince == 0) {
            finishedSince = now;
        }
        return now - finishedSince;
    }

    public StreamId id() {
        StreamId given = id;
        if (given == null) {
            throw new IllegalStateException("no id yet");
        }
        return given;
    }

    /** Whether the id is known. */
    boolean hasId() {
        return id != null;
    }

    State state() {
        return state;
    }

    /** Whether it has no id yet and was not evicted. */
    public boolean isOpening() {
        return state == State.OPENING;
    }

    public boolean isIdle() {
        return state == State.IDLE;
    }

    public boolean isTaken() {
        return state == State.TAKEN;
    }

    /** Whether a caller has it, or has just ended it: the slot is known until its stream has ended. */
    boolean isInUse() {
        State now = state;
        return now == State.TAKEN || now == State.CLOSED;
    }

    boolean becomeIdle() {
        return transition(State.OPENING, State.IDLE);
    }

    boolean take() {
        return transition(State.IDLE, State.TAKEN);
    }

    boolean takeOnArrival() {
        return transition(State.OPENING, State.TAKEN);
    }

    boolean giveBack() {
        return transition(State.TAKEN, State.IDLE);
    }

    boolean end() {
        return transition(State.TAKEN, State.CLOSED);
    }

    /** Evicts the stream if it is still OPENING. */
    boolean evictOpening() {
        return transition(State.OPENING, State.EVICTED);
    }

    /** Evicts the stream unless a caller has it. Returns the former state, or null when it lost. */
    @Nullable State evict() {
        if (transition(State.IDLE, State.EVICTED)) {
            return State.IDLE;
        }
        return transition(State.OPENING, State.EVICTED) ? State.OPENING : evictIfIdle();
    }

    // It may have become idle between the two attempts above. It cannot return to OPENING.
    private @Nullable State evictIfIdle() {
        return transition(State.IDLE, State.EVICTED) ? State.IDLE : null;
    }

    private boolean transition(State from, State to) {
        return STATE.compareAndSet(this, from, to);
    }

    @Override
    public String toString() {
        return (id == null ? "no id yet" : id) + " " + state;
    }
}
