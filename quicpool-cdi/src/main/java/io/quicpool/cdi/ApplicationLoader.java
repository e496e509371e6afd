package io.quicpool.cdi;

import io.quicpool.StreamHandler;
import org.jspecify.annotations.Nullable;

/**
 * Runs code of the application on a thread of a pool under the class loader that the application was started with: what a
 * container does for its beans may need it. The threads do not keep it.
 */
final class ApplicationLoader {

    private final @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();

    void run(Runnable code) {
        ClassLoader before = enter(loader);
        try {
            code.run();
        } finally {
            enter(before);
        }
    }

    StreamHandler around(StreamHandler handler) {
        return stream -> {
            ClassLoader before = enter(loader);
            try {
                handler.handle(stream);
            } finally {
                enter(before);
            }
        };
    }

    private static @Nullable ClassLoader enter(@Nullable ClassLoader next) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(next);
        return before;
    }
}
