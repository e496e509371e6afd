package io.quicpool;

import io.quicpool.PoolSnapshot.Peer;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds a {@link PoolSnapshot}. What is not set is as in a pool that was just made. */
public final class PoolSnapshotBuilder {

    final String name;
    PoolState state = PoolState.NEW;
    boolean ready;
    String link = "down";
    List<Peer> peers = List.of();
    int idle;
    int opening;
    int taken;
    int waiting;
    int capacity;
    Duration interval = Duration.ZERO;
    long errors;

    @Nullable String lastError;

    PoolTotals totals = PoolTotals.builder().build();

    PoolSnapshotBuilder(String name) {
        this.name = name;
    }

    PoolSnapshotBuilder(PoolSnapshot from) {
        this.name = from.name();
        this.state = from.state();
        this.ready = from.ready();
        this.link = from.link();
        this.peers = from.peers();
        this.idle = from.idle();
        this.opening = from.opening();
        this.taken = from.taken();
        this.waiting = from.waiting();
        this.capacity = from.capacity();
        this.interval = from.interval();
        this.errors = from.errors();
        this.lastError = from.lastError();
        this.totals = from.totals();
    }

    /** See {@link PoolSnapshot#state}. */
    public PoolSnapshotBuilder state(PoolState value) {
        this.state = value;
        return this;
    }

    /** See {@link PoolSnapshot#ready}. */
    public PoolSnapshotBuilder ready(boolean value) {
        this.ready = value;
        return this;
    }

    /** See {@link PoolSnapshot#link}. */
    public PoolSnapshotBuilder link(String value) {
        this.link = value;
        return this;
    }

    /** See {@link PoolSnapshot#peers}. */
    public PoolSnapshotBuilder peers(List<Peer> value) {
        this.peers = value;
        return this;
    }

    /** See {@link PoolSnapshot#idle}. */
    public PoolSnapshotBuilder idle(int value) {
        this.idle = value;
        return this;
    }

    /** See {@link PoolSnapshot#opening}. */
    public PoolSnapshotBuilder opening(int value) {
        this.opening = value;
        return this;
    }

    /** See {@link PoolSnapshot#taken}. */
    public PoolSnapshotBuilder taken(int value) {
        this.taken = value;
        return this;
    }

    /** See {@link PoolSnapshot#waiting}. */
    public PoolSnapshotBuilder waiting(int value) {
        this.waiting = value;
        return this;
    }

    /** See {@link PoolSnapshot#capacity}. */
    public PoolSnapshotBuilder capacity(int value) {
        this.capacity = value;
        return this;
    }

    /** See {@link PoolSnapshot#interval}. */
    public PoolSnapshotBuilder interval(Duration value) {
        this.interval = value;
        return this;
    }

    /** See {@link PoolSnapshot#errors}. */
    public PoolSnapshotBuilder errors(long value) {
        this.errors = value;
        return this;
    }

    /** See {@link PoolSnapshot#lastError}. */
    public PoolSnapshotBuilder lastError(@Nullable String value) {
        this.lastError = value;
        return this;
    }

    /** See {@link PoolSnapshot#totals}. */
    public PoolSnapshotBuilder totals(PoolTotals value) {
        this.totals = value;
        return this;
    }

    /** The snapshot. */
    public PoolSnapshot build() {
        return new PoolSnapshot(this);
    }
}
