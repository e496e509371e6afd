package io.quicpool;

import static io.quicpool.EndOfStream.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quicpool.EndOfStream.Side;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.time.Duration;

/** Rows of the table "The end of a stream" of docs/protocol.md: those of one state. */
abstract class StreamRows {

    static final long CODE = 77;

    private final EndOfStreamContract contract;

    StreamRows(EndOfStreamContract contract) {
        this.contract = contract;
    }

    final EndOfStream ends() {
        return contract.ends();
    }

    final Side side() {
        return contract.side();
    }

    /** Starts again, with this time for hellos and ids. */
    final void reopen(Duration patience) throws Exception {
        contract.reopen(patience);
    }

    static void assertFinished(EngineStream peer) throws IOException {
        assertThat(peer.input().read()).as("the peer sees a FIN").isEqualTo(-1);
    }

    static void assertReset(EngineStream peer, long code) {
        assertThatThrownBy(() -> peer.input().readAllBytes())
                .as("the peer sees a RESET_STREAM")
                .isInstanceOf(IOException.class);
        assertThat(peer.peerError()).isEqualTo(code);
    }

    static void assertToldToStop(EngineStream peer) {
        soon(() -> assertThatThrownBy(() -> peer.output().write(1))
                .as("the peer sees a STOP_SENDING")
                .isInstanceOf(IOException.class));
    }
}
