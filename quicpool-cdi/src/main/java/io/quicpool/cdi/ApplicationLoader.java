package io.quicpool.cdi;

import io.quicpool.PooledStream;
import io.quicpool.StreamHandler;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Runs code of the application on a thread of a pool under the class loader that the application was started with: what a
 * container does for its beans may need it. The threads do not keep it.
 */
final class ApplicationLoader {

    private final @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();

    void run(Runnable code) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            code.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    StreamHandler around(StreamHandler handler) {
        return stream -> handle(handler, stream);
    }

    private void handle(StreamHandler handler, PooledStream stream) throws IOException, InterruptedException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            handler.handle(stream);
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
