package io.quicpool.core.threads;

import java.lang.reflect.InvocationTargetException;

/** Makes virtual threads by reflection, because this is compiled for a Java version that has none. */
final class VirtualThreads {

    private VirtualThreads() {}

    /** A virtual thread that is not started. The configuration has checked that the JVM has virtual threads. */
    static Thread unstarted(String name, Runnable task) {
        try {
            Class<?> builders = Class.forName("java.lang.Thread$Builder");
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            builders.getMethod("name", String.class).invoke(builder, name);
            return (Thread) builders.getMethod("unstarted", Runnable.class).invoke(builder, task);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Error error) {
                throw error; // no memory, for example
            }
            throw new IllegalStateException("this JVM makes no virtual thread", e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM has no virtual threads", e);
        }
    }
}
