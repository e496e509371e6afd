package io.quicpool.transport;

import java.lang.System.Logger.Level;

/** How engines call what is told of their events. */
public final class EngineEvents {

    private static final System.Logger LOG = System.getLogger("io.quicpool.transport");

    /** Until the pool has said what it wants to be told of a connection. */
    public static final ConnectionEvents NOBODY = new ConnectionEvents() {
        @Override
        public void accepted(EngineStream stream) {
            stream.reset(0);
        }

        @Override
        public void lost(String reason) {
            // Nobody knows of it yet.
        }
    };

    private EngineEvents() {}

    /**
     * Runs what the pool wants to be called; what it throws, an error too, is logged and must not end anything else.
     *
     * @param action what to run
     */
    @SuppressWarnings("CatchingUnchecked")
    public static void guarded(Runnable action) {
        try {
            action.run();
        } catch (Exception | Error e) {
            report(e);
        }
    }

    private static void report(Throwable e) {
        try {
            LOG.log(Level.ERROR, "an event was not handled", e);
        } catch (OutOfMemoryError again) {
            // Nor is there any memory to say so.
        }
    }
}
