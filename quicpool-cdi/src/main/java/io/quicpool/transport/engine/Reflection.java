package io.quicpool.transport.engine;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * Access to members that the library of an engine does not publish. Finding a member fails with a {@link LinkageError} that names it, as
 * linking to it would.
 */
public final class Reflection {

    private Reflection() {}

    /**
     * Finds a class that is not public.
     *
     * @param neighbour a class of the same library
     */
    public static Class<?> type(Class<?> neighbour, String name) {
        try {
            return Class.forName(name, false, neighbour.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw missing(name, e);
        }
    }

    /** Finds a field, whatever its access. */
    public static Field field(Class<?> owner, String name) {
        try {
            Field field = owner.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw missing(owner.getName() + "." + name, e);
        }
    }

    /** Finds a method, whatever its access. */
    public static Method method(Class<?> owner, String name, Class<?>... parameters) {
        try {
            Method method = owner.getDeclaredMethod(name, parameters);
            method.setAccessible(true);
            return method;
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw missing(owner.getName() + "." + name + "()", e);
        }
    }

    /** The same as a handle, for methods that are called often: it takes and returns numbers without objects. */
    public static MethodHandle handle(Class<?> owner, String name, Class<?>... parameters) {
        try {
            return MethodHandles.lookup().unreflect(method(owner, name, parameters));
        } catch (IllegalAccessException e) {
            throw missing(owner.getName() + "." + name + "()", e);
        }
    }

    private static LinkageError missing(String what, Exception cause) {
        return new LinkageError("another version of the library is needed: this one gives no access to " + what, cause);
    }

    /** Reads a field; null where it cannot be read. */
    public static @Nullable Object get(Field field, Object owner) {
        try {
            return field.get(owner);
        } catch (IllegalAccessException | IllegalArgumentException e) {
            return null;
        }
    }

    /** Writes a field, unless the JVM forbids it. */
    public static void set(Field field, Object owner, Object value) {
        try {
            field.set(owner, value);
        } catch (IllegalAccessException e) {
            // A JVM may protect final fields.
        }
    }

    /**
     * Calls a method.
     *
     * @param owner null for a static method
     * @return what it returned; null where it threw: what it is about has ended meanwhile
     */
    public static @Nullable Object call(Method method, @Nullable Object owner, @Nullable Object... arguments) {
        try {
            return method.invoke(owner, arguments);
        } catch (IllegalAccessException | InvocationTargetException e) {
            return null;
        }
    }
}
