package io.quicpool;

import static io.quicpool.EndOfStream.soon;
import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A thread in a blocking call, and the outcome of the call. */
final class Blocked {

    interface Action {
        int run() throws Exception;
    }

    private final CompletableFuture<Integer> result = new CompletableFuture<>();
    private final AtomicBoolean flag = new AtomicBoolean();
    private final Thread thread;

    Blocked(Action action) {
        thread = new Thread(() -> {
            try {
                int value = action.run();
                flag.set(Thread.currentThread().isInterrupted());
                result.complete(value);
            } catch (Throwable e) {
                flag.set(Thread.currentThread().isInterrupted());
                result.completeExceptionally(e);
            }
        });
        thread.start();
        soon(() -> assertThat(thread.getState()).isIn(Thread.State.WAITING, Thread.State.TIMED_WAITING));
    }

    void interrupt() {
        thread.interrupt();
    }

    boolean flagKept() {
        return flag.get();
    }

    int value() throws Exception {
        return result.get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    Throwable failure() throws Exception {
        return result.handle(
                        (value, failure) -> failure == null ? new AssertionError("no failure, but " + value) : failure)
                .get(SOON.toSeconds(), TimeUnit.SECONDS);
    }
}
