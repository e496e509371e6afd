package io.quicpool.core.streams;

import io.quicpool.core.report.Reason;

/** The owner of streams in tests that need no pool. */
final class Nobody implements PoolStreams.Owner {

    @Override
    public void replenish() {}

    @Override
    public void exhausted() {}

    @Override
    public void taken() {}

    @Override
    public void capacityFreed() {}

    @Override
    public void openingEvicted(Slot slot, Reason.Evicted reason) {}

    @Override
    public void ended() {}

    @Override
    public boolean isClosing() {
        return false;
    }
}
