package io.quicpool.transport.kwik;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.RawPeer;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** kwik swallows interrupts of readers, and interrupts readers and writers itself. Callers must notice neither. */
class InterruptTest {

    private final Queue<EngineStream> accepted = new ConcurrentLinkedQueue<>();
    private final RawPeer server = new RawPeer(accepted::add);
    private final RawPeer client = new RawPeer();
    private Connection connection;
    private EngineStream here;
    private EngineStream there;

    /** The outcome, and whether the thread was interrupted at the end. */
    private record End(Exception failure, boolean interrupted) {}

    private static final class Blocked {
        private final FutureTask<End> task;
        private final Thread thread;

        Blocked(Callable<?> action) {
            task = new FutureTask<>(() -> {
                try {
                    action.call();
                    return new End(new IllegalStateException("it was to block"), false);
                } catch (IOException e) {
                    return new End(e, Thread.currentThread().isInterrupted());
                }
            });
            thread = new Thread(task);
            thread.start();
            await().until(() ->
                    Set.of(Thread.State.WAITING, Thread.State.TIMED_WAITING).contains(thread.getState()));
        }

        End end() throws Exception {
            return task.get(SOON.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @BeforeEach
    void connect() throws Exception {
        connection = client.connect(server.listen(4).localAddress());
        here = RawPeer.open(connection, 7);
        await().until(() -> !accepted.isEmpty());
        there = accepted.remove();
        assertThat(there.input().read()).isEqualTo(7);
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private static Blocked reading(EngineStream stream) {
        return new Blocked(() -> stream.input().read());
    }

    private Blocked writing() {
        return new Blocked(() -> {
            while (true) {
                here.output().write(new byte[100_000]);
            }
        });
    }

    @Test
    void aReadThatIsInterruptedEndsAndTheStreamGoesOn() throws Exception {
        Blocked reading = reading(there);
        reading.thread.interrupt();
        assertThat(reading.end().failure).isInstanceOf(InterruptedIOException.class);
        assertThat(reading.end().interrupted).isTrue();
        here.output().write(8);
        assertThat(there.input().read()).isEqualTo(8);
    }

    @Test
    void anInterruptedThreadReadsWhatHasArrived() throws Exception {
        here.output().write(8);
        await().until(() -> there.input().available() == 1);
        Thread.currentThread().interrupt();
        try {
            assertThat(there.input().read()).isEqualTo(8);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void aWriteThatIsInterruptedEnds() throws Exception {
        Blocked writing = writing();
        writing.thread.interrupt();
        assertThat(writing.end().failure).isInstanceOf(InterruptedIOException.class);
        assertThat(writing.end().interrupted).isTrue();
    }

    /** Also when the peer has ended its direction. */
    @Test
    void aWriteOnAHalfClosedStreamThatIsInterruptedEnds() throws Exception {
        there.output().close();
        assertThat(here.input().read()).isEqualTo(-1);
        aWriteThatIsInterruptedEnds();
    }

    @Test
    void aResetInterruptsNobody() throws Exception {
        Blocked reading = reading(here);
        Blocked writing = writing();
        there.reset(5);
        assertNotInterrupted(writing);
        assertNotInterrupted(reading);
    }

    @Test
    void aResetOfThePeerInterruptsNobody() throws Exception {
        Blocked reading = reading(there);
        here.reset(5);
        assertNotInterrupted(reading);
        assertThat(there.peerError()).isEqualTo(5);
    }

    @Test
    void closingTheStreamInterruptsNobody() throws Exception {
        Blocked reading = reading(here);
        Blocked writing = writing();
        here.close();
        assertNotInterrupted(writing);
        assertNotInterrupted(reading);
    }

    @Test
    void closingTheConnectionInterruptsNobody() throws Exception {
        Blocked reading = reading(here);
        Blocked writing = writing();
        connection.close(0, "closed");
        assertNotInterrupted(writing);
        assertNotInterrupted(reading);
    }

    /** Also if the engine has freed the connection before the streams are woken. */
    @Test
    void aReadEndsWithAConnectionThatIsFreed() throws Exception {
        Blocked reading = reading(here);
        KwikConnection freed = (KwikConnection) connection;
        freed.release();
        freed.engineEnded();
        assertNotInterrupted(reading);
    }

    private static void assertNotInterrupted(Blocked blocked) throws Exception {
        assertThat(blocked.end().failure).isInstanceOf(IOException.class).isNotInstanceOf(InterruptedIOException.class);
        assertThat(blocked.end().interrupted).isFalse();
    }
}
