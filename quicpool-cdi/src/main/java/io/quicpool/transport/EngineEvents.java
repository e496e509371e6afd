package io.quicpool.transport;

import java.lang.System.Logger.Level;

/** Helpers with which engines deliver their events. */
public final class EngineEvents {

    private static final System.Logger LOG = System.getLogger("io.quicpool.transport");

    /** The events of a connection that no pool has taken over yet: its streams are reset. */
    public static final ConnectionEvents REJECT_ALL = new ConnectionEvents() {
        @Override
        public void accepted(EngineStream stream) {
            stream.reset(0);
        }

        @Override
        public void lost(String reason) {
            // No pool knows the connection yet.
        }
    };

    private EngineEvents() {}

    /**
     * Runs a callback of a pool. What it throws, errors included, is logged, so that it cannot end the engine's thread.
     *
     * @param action the callback
     */
    @SuppressWarnings("CatchingUnchecked")
    public static void guarded(Runnable action) {
        try {
            action.run();
        } catch (Exception | Error e) {
            report(e);
        }
    }

    /** Gives a connection to its pool. If that fails, it is closed: the pool does not know it, or only in part. */
    static ConnectionEvents connected(ListenerEvents pool, Connection connection) {
        try {
            return pool.connected(connection);
        } catch (RuntimeException | Error e) {
            connection.close(0, "internal error");
            report(e);
            return REJECT_ALL;
        }
    }

    private static void report(Throwable e) {
        try {
            LOG.log(Level.ERROR, "handling an event failed", e);
        } catch (OutOfMemoryError again) {
            // There is no memory for the log either.
        }
    }
}
