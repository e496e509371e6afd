package io.quicpool.it.bench.rows;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.QuicPools;
import io.quicpool.ServerPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.TlsMode;
import io.quicpool.it.support.PemFiles;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A client pool and a server pool. */
public final class PoolRow implements Row {

    /** How the caller asks. */
    enum Way {
        /** Takes a stream, writes, reads to the end. */
        STREAM,
        /** {@link ClientPool#request(byte[], Duration)}. */
        REQUEST,
        /** {@link ClientPool#requestBlocking}. */
        BLOCKING
    }

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int CAPACITY = 256;
    private static final int MAX_STREAMS = 65_536;

    private final String engine;
    private final Way way;

    PoolRow(String engine, Way way) {
        this.engine = engine;
        this.way = way;
    }

    @Override
    public String name() {
        return "quicpool-" + engine
                + switch (way) {
                    case STREAM -> "-stream";
                    case REQUEST -> "-request";
                    case BLOCKING -> "-blocking";
                };
    }

    @Override
    public Server serve(String host, PemFiles keys) {
        ServerPool pool = QuicPools.open(ServerPoolConfig.builder()
                .name("bench")
                .transport(engine)
                .listen(host + ":0")
                .maxCapacity(MAX_STREAMS)
                .certificate(KeyMaterial.fromPem(keys.certificate(), keys.privateKey()))
                .build());
        if (way == Way.STREAM) {
            pool.serve(PoolRow::echo);
        } else {
            pool.answer(request -> CompletableFuture.completedFuture(request.bytes()));
        }
        return new Server() {
            @Override
            public int port() {
                return pool.localAddress().getPort();
            }

            @Override
            public void close() {
                pool.close();
            }
        };
    }

    private static void echo(PooledStream stream) throws IOException {
        try (stream) {
            stream.inputStream().transferTo(stream.outputStream());
        }
    }

    @Override
    public Client connect(String host, int port, PemFiles keys, int callers) {
        ClientPool pool = open(host, port, keys, CAPACITY);
        return new Client() {
            @Override
            public boolean blocks() {
                return way != Way.REQUEST;
            }

            @Override
            public byte[] call(byte[] request) throws Exception {
                return way == Way.BLOCKING ? pool.requestBlocking(request, LONG) : overStream(pool, request);
            }

            @Override
            public CompletableFuture<byte[]> ask(byte[] request) {
                return pool.request(request, LONG).toCompletableFuture();
            }

            @Override
            public void close() {
                pool.close(Duration.ZERO);
            }
        };
    }

    ClientPool open(String host, int port, PemFiles keys, int capacity) {
        return QuicPools.open(ClientPoolConfig.builder()
                .name("bench")
                .transport(engine)
                .target(host + ":" + port)
                .tlsMode(TlsMode.SELF_SIGNED)
                .fingerprint(KeyMaterial.fromPem(keys.certificate(), keys.privateKey())
                        .fingerprint())
                .capacity(capacity, capacity)
                .build());
    }

    /** Whether its server sends back what comes as it comes. */
    public boolean isStream() {
        return way == Way.STREAM;
    }

    private static byte[] overStream(ClientPool pool, byte[] request) throws Exception {
        try (PooledStream stream = pool.take(LONG)) {
            stream.outputStream().write(request);
            stream.outputStream().close();
            return stream.inputStream().readAllBytes();
        } catch (CompletionException e) {
            throw new IOException(e);
        }
    }
}
