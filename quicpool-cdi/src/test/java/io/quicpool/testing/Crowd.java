package io.quicpool.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Runs an action many times on several threads. */
public final class Crowd {

    private Crowd() {}

    /** Runs the action and returns the results. Each run may take two minutes. */
    public static <T> List<T> of(int threads, int times, Callable<T> task) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<T>> all = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                all.add(executor.submit(task));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> each : all) {
                results.add(each.get(2, TimeUnit.MINUTES));
            }
            return results;
        } finally {
            executor.shutdownNow();
        }
    }
}
