package io.quicpool.core.handlers;

import io.quicpool.StreamErrors;
import io.quicpool.config.Printable;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.report.Reason;
import io.quicpool.core.report.RefusalLog;
import io.quicpool.core.streams.Lease;
import io.quicpool.core.streams.PoolStreams;

/** How the work of a handler on a stream ends: in order, by an exception, or because the client is slow. */
record HandlerEnd(PoolStreams streams, PoolLog log, Metrics metrics, RefusalLog refusals) {

    /** The handler threw an exception that is not the client's fault. */
    void threw(Throwable e) {
        metrics.error(e);
        try {
            log.warning("the handler threw an exception", Printable.cause(e));
        } catch (OutOfMemoryError again) {
            // There is no memory for the message either.
        }
    }

    /** The handler was interrupted, which is intended when the pool closes. */
    void interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        if (!streams.isClosing()) {
            threw(e);
        }
    }

    /** Ends the stream: with a FIN if all went well. */
    void end(Lease lease, boolean well) {
        boolean slow = lease.timedOut();
        if (slow) {
            refusals.record(Reason.Refused.SLOW_CLIENT, lease.remoteAddress());
        }
        if (well) {
            lease.close();
        } else {
            lease.reset(slow ? StreamErrors.TOO_SLOW : StreamErrors.HANDLER_FAILED);
        }
    }
}
