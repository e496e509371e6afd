package io.quicpool.transport.kwik;

import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.impl.QuicConnectionImpl;

/** Reflective access to members of kwik. Where one is missing it returns null or does nothing, and logs a warning. */
final class Reflection {

    private static final System.Logger LOG = System.getLogger("io.quicpool.kwik");
    private static volatile boolean incomplete;

    private Reflection() {}

    /** Whether a member that was asked for is missing. */
    static boolean missing() {
        return incomplete;
    }

    static @Nullable Object get(@Nullable Field field, Object owner) {
        try {
            return field == null ? null : field.get(owner);
        } catch (IllegalAccessException | IllegalArgumentException e) {
            return null;
        }
    }

    static void set(@Nullable Field field, Object owner, Object value) {
        try {
            if (field != null) {
                field.set(owner, value);
            }
        } catch (IllegalAccessException e) {
            LOG.log(Level.DEBUG, "cannot set {0}", field);
        }
    }

    static @Nullable Object call(@Nullable Method method, Object owner, Object... arguments) {
        try {
            return method == null ? null : method.invoke(owner, arguments);
        } catch (IllegalAccessException | InvocationTargetException e) {
            return null;
        }
    }

    static @Nullable Class<?> type(String name) {
        try {
            return Class.forName(name, false, QuicConnectionImpl.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    static @Nullable Field field(@Nullable Class<?> owner, String name) {
        try {
            if (owner == null) {
                throw new NoSuchFieldException(name);
            }
            Field field = owner.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException | RuntimeException e) {
            complain(name);
            return null;
        }
    }

    static @Nullable Method method(@Nullable Class<?> owner, String name, Class<?>... parameters) {
        try {
            if (owner == null) {
                throw new NoSuchMethodException(name);
            }
            Method method = owner.getDeclaredMethod(name, parameters);
            method.setAccessible(true);
            return method;
        } catch (ReflectiveOperationException | RuntimeException e) {
            complain(name);
            return null;
        }
    }

    private static void complain(String name) {
        incomplete = true;
        LOG.log(
                Level.WARNING,
                "this version of kwik has no {0}, so some of its leaks cannot be repaired; use tech.kwik:kwik:0.10.6",
                name);
    }
}
