package io.quicpool.transport.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.RawPeer;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import io.quicpool.transport.UnsentBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a stream sends: resetting it while its data is being sent ends that stream, not its connection. */
class OutgoingDataTest {

    private static final int RESETS = 20_000;
    // Enough that mostly some is left.
    private static final int CREDIT = 16_000;

    private final RawPeer server = new RawPeer(stream -> {});
    private final RawPeer client = new RawPeer();

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Test
    void aStreamWaitsWhileItsConnectionHasMuchToSend() throws Exception {
        KwikConnection connection =
                (KwikConnection) client.connect(server.listen(10).localAddress());
        UnsentBytes ofConnection = connection.streams().unsent();
        OutgoingData outgoing = ((KwikStream) RawPeer.open(connection)).outgoing();
        assertThat(outgoing.piece()).isEqualTo(OutgoingData.SIZE / 2);
        ofConnection.add(UnsentBytes.MANY);
        assertThat(outgoing.piece()).isEqualTo(UnsentBytes.FEW);
        // Its peer reads nothing, and so takes no more than the window.
        Thread writer = KwikThreads.start("writer", () -> {
            try {
                for (int written = 0; written < 2 * KwikTransport.STREAM_BUFFER; written += UnsentBytes.FEW) {
                    outgoing.write(new byte[UnsentBytes.FEW], 0, UnsentBytes.FEW);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        await().until(() -> writer.getState() == Thread.State.TIMED_WAITING);
        await().until(() -> ofConnection.most(0) == UnsentBytes.FEW && outgoing.hasUnsent());
        ofConnection.add(-UnsentBytes.MANY);
        assertThat(outgoing.piece()).isEqualTo(OutgoingData.SIZE / 2);
        outgoing.reset(0);
        writer.join();
        assertThat(outgoing.hasUnsent()).isFalse();
    }

    @Test
    void nothingCanBeWrittenAfterTheEnd() throws Exception {
        Connection connection = client.connect(server.listen(10).localAddress());
        OutgoingData closed = ((KwikStream) RawPeer.open(connection, 1)).outgoing();
        closed.close();
        assertThatThrownBy(() -> closed.write(1)).hasMessageContaining("already closed");
        OutgoingData reset = ((KwikStream) RawPeer.open(connection, 1)).outgoing();
        reset.reset(0);
        assertThatThrownBy(() -> reset.write(1)).hasMessageContaining("is reset");
        OutgoingData aborted = ((KwikStream) RawPeer.open(connection, 1)).outgoing();
        connection.close(0, "over");
        assertThatThrownBy(() -> aborted.write(1)).hasMessageContaining("connection is closed");
    }

    @Test
    void manyAreResetWhileTheyAreSent() throws Exception {
        try (RawPeer resetting = new RawPeer(stream -> stream.reset(0))) {
            Connection connection = client.connect(resetting.listen(CREDIT).localAddress());
            byte[] bytes = new byte[3000];
            for (int i = 0; i < RESETS; i++) {
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> connection.credit() > 0 || !connection.alive());
                EngineStream stream = RawPeer.open(connection);
                stream.output().write(bytes);
                for (int spins = ThreadLocalRandom.current().nextInt(3000); spins > 0; spins--) {
                    Thread.onSpinWait();
                }
                stream.reset(0);
            }
            assertThat(client.losses).isEmpty();
        }
    }
}
