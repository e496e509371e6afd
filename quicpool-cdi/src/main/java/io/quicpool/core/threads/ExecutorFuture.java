package io.quicpool.core.threads;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A future whose direct and indirect dependents run on an executor of the caller, whichever thread completes it.
 * Without an executor it is an ordinary future.
 */
@SuppressWarnings("FutureReturnValueIgnored")
public class ExecutorFuture<T> extends CompletableFuture<T> {

    private final @Nullable Executor executor;

    protected ExecutorFuture(@Nullable Executor executor) {
        this.executor = executor;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return executor == null ? new CompletableFuture<>() : new ExecutorFuture<>(executor);
    }

    @Override
    public Executor defaultExecutor() {
        return executor == null ? super.defaultExecutor() : executor;
    }

    @Override
    public <U> CompletableFuture<U> thenApply(Function<? super T, ? extends U> action) {
        return executor == null ? super.thenApply(action) : thenApplyAsync(action, executor);
    }

    @Override
    public CompletableFuture<Void> thenAccept(Consumer<? super T> action) {
        return executor == null ? super.thenAccept(action) : thenAcceptAsync(action, executor);
    }

    @Override
    public CompletableFuture<Void> thenRun(Runnable action) {
        return executor == null ? super.thenRun(action) : thenRunAsync(action, executor);
    }

    @Override
    public <U, V> CompletableFuture<V> thenCombine(
            CompletionStage<? extends U> other, BiFunction<? super T, ? super U, ? extends V> action) {
        return executor == null ? super.thenCombine(other, action) : thenCombineAsync(other, action, executor);
    }

    @Override
    public <U> CompletableFuture<Void> thenAcceptBoth(
            CompletionStage<? extends U> other, BiConsumer<? super T, ? super U> action) {
        return executor == null ? super.thenAcceptBoth(other, action) : thenAcceptBothAsync(other, action, executor);
    }

    @Override
    public CompletableFuture<Void> runAfterBoth(CompletionStage<?> other, Runnable action) {
        return executor == null ? super.runAfterBoth(other, action) : runAfterBothAsync(other, action, executor);
    }

    @Override
    public <U> CompletableFuture<U> applyToEither(CompletionStage<? extends T> other, Function<? super T, U> action) {
        return executor == null ? super.applyToEither(other, action) : applyToEitherAsync(other, action, executor);
    }

    @Override
    public CompletableFuture<Void> acceptEither(CompletionStage<? extends T> other, Consumer<? super T> action) {
        return executor == null ? super.acceptEither(other, action) : acceptEitherAsync(other, action, executor);
    }

    @Override
    public CompletableFuture<Void> runAfterEither(CompletionStage<?> other, Runnable action) {
        return executor == null ? super.runAfterEither(other, action) : runAfterEitherAsync(other, action, executor);
    }

    @Override
    public <U> CompletableFuture<U> thenCompose(Function<? super T, ? extends CompletionStage<U>> action) {
        return executor == null ? super.thenCompose(action) : thenComposeAsync(action, executor);
    }

    @Override
    public CompletableFuture<T> whenComplete(BiConsumer<? super T, ? super Throwable> action) {
        return executor == null ? super.whenComplete(action) : whenCompleteAsync(action, executor);
    }

    @Override
    public <U> CompletableFuture<U> handle(BiFunction<? super T, Throwable, ? extends U> action) {
        return executor == null ? super.handle(action) : handleAsync(action, executor);
    }

    @Override
    public CompletableFuture<T> exceptionally(Function<Throwable, ? extends T> action) {
        return executor == null ? super.exceptionally(action) : exceptionallyAsync(action, executor);
    }

    @Override
    public CompletableFuture<T> exceptionallyCompose(Function<Throwable, ? extends CompletionStage<T>> action) {
        return executor == null ? super.exceptionallyCompose(action) : exceptionallyComposeAsync(action, executor);
    }
}
