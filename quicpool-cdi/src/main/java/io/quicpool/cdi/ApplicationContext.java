package io.quicpool.cdi;

import io.quicpool.StreamHandler;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Runs code of the application on a thread that knows nothing of it, a pool's or one of the container's executor, as on the
 * thread that started the application: under its class loader and, where Jakarta Concurrency is there, with its JNDI names. The
 * thread does not keep them.
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
        return stream -> {
            // The task keeps what the handler throws: a container may wrap what comes out of its own code.
            FutureTask<@Nullable Void> task = new FutureTask<>(() -> {
                handler.handle(stream);
                return null;
            });
            run(task);
            try {
                task.get();
            } catch (ExecutionException e) {
                throw ApplicationContext.<RuntimeException>asItIs(e.getCause());
            }
        };
    }

    // Whatever its type: the pool tells apart what a handler may throw, and more may come out of an interceptor.
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> E asItIs(@Nullable Throwable thrown) throws E {
        throw (E) thrown;
    }
}
