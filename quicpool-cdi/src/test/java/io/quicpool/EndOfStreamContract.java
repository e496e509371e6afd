package io.quicpool;

import io.quicpool.EndOfStream.Side;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;

/**
 * The table "The end of a stream" of docs/protocol.md, with a test for each cell, seen from a client pool or a server pool. The rows
 * are in a class for each state. Subclasses choose the raw peer.
 */
abstract class EndOfStreamContract {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Side side;
    private EndOfStream ends;

    EndOfStreamContract(Side side) {
        this.side = side;
    }

    /** With this time for hellos and ids. */
    abstract EndOfStream open(Duration patience) throws Exception;

    @BeforeEach
    void open() throws Exception {
        ends = open(PATIENCE);
    }

    @AfterEach
    void close() {
        // Null if the peer is not available on this machine.
        if (ends != null) {
            ends.close();
        }
    }

    final EndOfStream ends() {
        return ends;
    }

    final Side side() {
        return side;
    }

    final void reopen(Duration patience) throws Exception {
        close();
        ends = open(patience);
    }

    @Nested
    class BeingOpened extends OpeningStreamRows {
        BeingOpened() {
            super(EndOfStreamContract.this);
        }
    }

    @Nested
    class Idle extends IdleStreamRows {
        Idle() {
            super(EndOfStreamContract.this);
        }
    }

    @Nested
    class Taken extends TakenStreamRows {
        Taken() {
            super(EndOfStreamContract.this);
        }
    }

    @Nested
    class HalfClosed extends HalfClosedStreamRows {
        HalfClosed() {
            super(EndOfStreamContract.this);
        }
    }
}
