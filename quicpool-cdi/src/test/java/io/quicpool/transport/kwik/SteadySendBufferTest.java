package io.quicpool.transport.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.RawPeer;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import io.quicpool.transport.UnsentBytes;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tech.kwik.core.frame.StreamFrame;
import tech.kwik.core.impl.Version;
import tech.kwik.core.stream.SendBuffer;

/** Resetting a stream while its data is being sent ends that stream, not its connection. */
class SteadySendBufferTest {

    private static final int RESETS = 20_000;
    // Enough that mostly some is left.
    private static final int CREDIT = 16_000;

    @Test
    void itCanBeClearedInTheMiddle() throws Exception {
        SendBuffer buffer = new SteadySendBuffer(1000, new UnsentBytes());
        Field queue = SendBuffer.class.getDeclaredField("sendQueue");
        queue.setAccessible(true);
        queue.set(buffer, new ClearedMeanwhile(buffer));
        buffer.write(new byte[100], 0, 100);
        StreamFrame frame = buffer.getStreamFrame(Version.getDefault(), 0, 0, 100);
        assertThat(frame.getLength()).isEqualTo(100);
        await().until(() -> !buffer.hasData());
        assertThat(buffer.getStreamFrame(Version.getDefault(), 0, 100, 100)).isNull();
    }

    /** Data that another thread clears between two reads of the sender, unless the lock makes it wait. */
    private static final class ClearedMeanwhile extends ConcurrentLinkedQueue<ByteBuffer> {

        private static final long serialVersionUID = 1L;

        private final transient SendBuffer buffer;
        private transient @Nullable Thread clearing;

        ClearedMeanwhile(SendBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public boolean isEmpty() {
            boolean empty = super.isEmpty();
            if (!empty && clearing == null) {
                Thread thread = KwikThreads.start("clearing", buffer::clear);
                clearing = thread;
                await().until(() -> thread.getState() == Thread.State.BLOCKED || !thread.isAlive());
            }
            return empty;
        }
    }

    @Test
    void aStreamWaitsWhileItsConnectionHasMuchToSend() throws Exception {
        UnsentBytes ofConnection = new UnsentBytes();
        SteadySendBuffer buffer = new SteadySendBuffer(50_000, ofConnection);
        assertThat(buffer.piece()).isEqualTo(25_000);
        ofConnection.add(UnsentBytes.MANY);
        assertThat(buffer.piece()).isEqualTo(UnsentBytes.FEW);
        buffer.write(new byte[UnsentBytes.FEW], 0, UnsentBytes.FEW);
        Thread writer = KwikThreads.start("writer", () -> {
            try {
                buffer.write(new byte[100], 0, 100);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> writer.getState() == Thread.State.TIMED_WAITING);
        // The stream has sent something itself.
        buffer.getStreamFrame(Version.getDefault(), 0, 0, 100);
        writer.join();
        assertThat(buffer.getAvailableBytes()).isEqualTo(UnsentBytes.FEW);
        buffer.clear();
        ofConnection.add(-1);
        assertThat(buffer.piece()).isEqualTo(25_000);
    }

    @Test
    void manyAreResetWhileTheyAreSent() throws Exception {
        RawPeer server = new RawPeer(stream -> stream.reset(0));
        RawPeer client = new RawPeer();
        try {
            Connection connection = client.connect(server.listen(CREDIT).localAddress());
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
        } finally {
            client.close();
            server.close();
        }
    }
}
