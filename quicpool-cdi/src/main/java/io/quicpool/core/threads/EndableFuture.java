package io.quicpool.core.threads;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A future that the pool completes by {@link #settle} and {@link #settleExceptionally}. All other ways to complete it are those of the
 * caller, time-outs of CompletableFuture included: they end what the future stands for.
 */
public abstract class EndableFuture<T> extends ExecutorFuture<T> {

    protected EndableFuture(@Nullable Executor executor) {
        super(executor);
    }

    /** The caller ends it. Called before the future is complete, because its dependents may block the caller's thread. */
    protected abstract void endedByCaller();

    protected final boolean settle(T value) {
        return super.complete(value);
    }

    protected final boolean settleExceptionally(Throwable failure) {
        return super.completeExceptionally(failure);
    }

    @Override
    public final boolean complete(T value) {
        endedByCaller();
        return super.complete(value);
    }

    @Override
    public final boolean completeExceptionally(Throwable failure) {
        endedByCaller();
        return super.completeExceptionally(failure);
    }

    @Override
    public final boolean cancel(boolean mayInterruptIfRunning) {
        endedByCaller();
        return super.cancel(mayInterruptIfRunning);
    }

    @Override
    public final void obtrudeValue(T value) {
        endedByCaller();
        super.obtrudeValue(value);
    }

    @Override
    public final void obtrudeException(Throwable failure) {
        endedByCaller();
        super.obtrudeException(failure);
    }

    @Override
    public final CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
        return super.completeAsync(
                () -> {
                    try {
                        return supplier.get();
                    } finally {
                        endedByCaller();
                    }
                },
                executor);
    }
}
