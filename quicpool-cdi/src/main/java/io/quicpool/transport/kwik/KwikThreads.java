package io.quicpool.transport.kwik;

/** The threads of this package: daemons whose context class loader is that of this class, so that they pin no other. */
final class KwikThreads {

    private KwikThreads() {}

    static Thread create(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.setContextClassLoader(KwikThreads.class.getClassLoader());
        return thread;
    }

    static Thread start(String name, Runnable task) {
        Thread thread = create(name, task);
        thread.start();
        return thread;
    }
}
