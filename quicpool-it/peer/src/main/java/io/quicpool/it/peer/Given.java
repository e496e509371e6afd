package io.quicpool.it.peer;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Passes the given options to the builder, which has the defaults of the others. */
final class Given {

    private Given() {}

    static <T> void set(@Nullable T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }
}
