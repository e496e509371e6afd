package io.quicpool.it.containers;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.QuicPools;
import io.quicpool.StreamId;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.TrustMaterial;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A program that asks an application "prices" over HTTP, and reads long answers from it over QUIC. It prints figures. */
final class QuarkusLoad {

    private static final int REQUESTING = 8;
    private static final int READING = 4;
    private static final int IDLE = 32;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final String url;

    private QuarkusLoad(String url) {
        this.url = url;
    }

    /** Needs the application's URL, the address of its pool "history", the engine, a certificate, and two counts. */
    public static void main(String[] args) throws Exception {
        QuarkusLoad load = new QuarkusLoad(args[0]);
        load.requests(Integer.parseInt(args[4]));
        ClientPoolConfig history = ClientPoolConfig.builder()
                .name("history")
                .target(args[1])
                .transport(args[2])
                .trust(TrustMaterial.fromPem(Path.of(args[3])))
                .capacity(IDLE, 2 * IDLE)
                .build();
        try (ClientPool pool = QuicPools.open(history)) {
            load.bulk(pool, Integer.parseInt(args[5]));
        }
    }

    private String http(HttpClient client, HttpRequest.Builder request, String path) throws Exception {
        HttpResponse<String> response =
                client.send(request.uri(URI.create(url + path)).build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IllegalStateException(path + ": " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }

    // The first half warms up and is not counted.
    private void requests(int count) throws Exception {
        inThreads(REQUESTING, count / 2, client -> http(client, HttpRequest.newBuilder(), "/prices/apple"));
        List<Long> nanos = new ArrayList<>();
        double seconds = inThreads(REQUESTING, count, client -> {
            long start = System.nanoTime();
            http(client, HttpRequest.newBuilder(), "/prices/apple");
            long took = System.nanoTime() - start;
            synchronized (nanos) {
                nanos.add(took);
            }
            return took;
        });
        nanos.sort(null);
        say("requests (/s)", count / seconds);
        say("request, median (ms)", nanos.get(nanos.size() / 2) / 1e6);
        say("request, p99 (ms)", nanos.get(nanos.size() * 99 / 100) / 1e6);
    }

    private void bulk(ClientPool pool, int count) throws Exception {
        AtomicLong bytes = new AtomicLong();
        Task answer = client -> {
            HttpRequest.Builder post = HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.noBody());
            try (PooledStream stream = pool.take(StreamId.parse(http(client, post, "/history/apple")), PATIENCE)) {
                stream.readTimeout(PATIENCE);
                return bytes.addAndGet(stream.inputStream().readAllBytes().length);
            }
        };
        inThreads(READING, Math.max(1, count / 3), answer);
        bytes.set(0);
        double seconds = inThreads(READING, count, answer);
        say("answers of " + bytes.get() / count / 1000 + " kB (MB/s)", bytes.get() / seconds / 1e6);
    }

    private interface Task {
        Object run(HttpClient client) throws Exception;
    }

    /** Runs it so many times, in threads with a client each. Returns the seconds. */
    private static double inThreads(int threads, int count, Task task) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        AtomicInteger left = new AtomicInteger(count);
        List<Callable<Object>> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            all.add(() -> {
                while (left.getAndDecrement() > 0) {
                    task.run(client);
                }
                return "";
            });
        }
        long start = System.nanoTime();
        try {
            for (Future<Object> each : executor.invokeAll(all)) {
                each.get();
            }
            return (System.nanoTime() - start) / 1e9;
        } finally {
            executor.shutdown();
            executor.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static void say(String figure, double value) {
        System.out.printf(Locale.ROOT, "%s: %.3f%n", figure, value);
    }
}
