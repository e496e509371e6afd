package io.quicpool.core.handlers;

import io.quicpool.StreamHandler;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.streams.Lease;
import java.io.IOException;

/** Passes a stream to a {@link StreamHandler}, which reads and writes by itself. */
record StreamUse(StreamHandler handler, HandlerEnd end, Lease lease, Runnable release) implements Dispatcher.Use {

    @Override
    public boolean begin(Runnable ready) {
        return true;
    }

    @Override
    public void run() {
        try {
            // A closing pool may have ended it meanwhile.
            if (lease.slot().isTaken()) {
                handle();
            }
        } finally {
            release.run();
        }
    }

    // A handler is user code. Whatever it throws ends only its stream.
    @SuppressWarnings("CatchingUnchecked")
    private void handle() {
        boolean returned = false;
        try {
            handler.handle(lease);
            returned = true;
        } catch (IOException e) {
            // The peer has disconnected or reset the stream.
            end.log().debug("the handler of stream " + lease.id() + " ended: " + Metrics.text(e));
        } catch (InterruptedException e) {
            end.interrupted(e);
        } catch (Exception | Error e) {
            end.threw(e);
        } finally {
            end.end(lease, returned);
        }
    }
}
