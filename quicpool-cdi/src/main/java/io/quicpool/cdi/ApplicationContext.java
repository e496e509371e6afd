package io.quicpool.cdi;

import io.quicpool.RequestHandler;
import io.quicpool.StreamHandler;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Runs code of the application on a thread of a pool or an executor, with the context of the thread that started the application: its
 * class loader and, if Jakarta Concurrency is present, its JNDI names. Afterwards the thread has its own context again.
 */
final class ApplicationContext {

    private final @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();
    private final Executor container = ContainerNames.currentContext().orElse(Runnable::run);

    void run(Runnable code) {
        container.execute(() -> {
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            thread.setContextClassLoader(loader);
            try {
                code.run();
            } finally {
                thread.setContextClassLoader(before);
            }
        });
    }

    StreamHandler around(StreamHandler handler) {
        return stream -> call(() -> {
            handler.handle(stream);
            return stream;
        });
    }

    RequestHandler aroundAnswers(RequestHandler handler) {
        return request -> call(() -> handler.answer(request));
    }

    // The task keeps the exception of the handler: a container may wrap an exception that passes through its code.
    private <T> T call(Callable<T> handler) throws InterruptedException {
        FutureTask<T> task = new FutureTask<>(handler);
        run(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw ApplicationContext.<RuntimeException>rethrow(e.getCause());
        }
    }

    // Keeps the type: the pool treats exceptions by type. An interceptor may throw checked exceptions that a handler
    // may not.
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> E rethrow(@Nullable Throwable thrown) throws E {
        throw (E) thrown;
    }
}
