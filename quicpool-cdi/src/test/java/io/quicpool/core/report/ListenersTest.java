package io.quicpool.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.PoolListener;
import io.quicpool.config.PoolLabel;
import io.quicpool.testing.LogLines;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A listener that fails is named in the log, and gets the next event. */
class ListenersTest {

    private final LogLines lines = new LogLines();
    private final Listeners listeners = new Listeners(Runnable::run, new PoolLog(PoolLabel.client("orders"), lines));

    /** Has no text: toString is code of the application too. */
    private static final class Failing implements PoolListener {

        @Override
        public String toString() {
            throw new IllegalStateException("a listener without a text");
        }
    }

    @Test
    void aListenerThatThrowsIsNamedByItsClass() {
        listeners.add(new Failing());
        AtomicInteger calls = new AtomicInteger();
        for (int i = 0; i < 2; i++) {
            listeners.fire(listener -> {
                calls.incrementAndGet();
                throw new IllegalStateException("a listener that throws");
            });
        }
        assertThat(calls).hasValue(2);
        assertThat(lines.written)
                .hasSize(2)
                .containsOnly("client orders: the listener " + Failing.class.getName() + " threw an exception");
    }
}
