package io.quicpool.transport.kwik;

/** Starts the threads of this package: daemons that hold no class loader but this one's. */
final class KwikThreads {

    private KwikThreads() {}

    static Thread start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.setContextClassLoader(KwikThreads.class.getClassLoader());
        thread.start();
        return thread;
    }
}
