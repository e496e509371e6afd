package io.quicpool.it.bench.rows;

import io.quicpool.it.support.PemFiles;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One way of asking a server. Its server and its client run in separate processes. */
public interface Row {

    /** The name in tables and on the command line. */
    String name();

    /** Why it cannot run here; null when it can. */
    default @Nullable String missing() {
        return null;
    }

    /** Whether it runs over TCP, and not over UDP. */
    default boolean isTcp() {
        return false;
    }

    /** Starts a server on a free port of that address, which sends each request back. */
    Server serve(String host, PemFiles keys) throws Exception;

    /** Connects to a server. */
    Client connect(String host, int port, PemFiles keys, int callers) throws Exception;

    /** A running server. */
    interface Server extends AutoCloseable {
        int port();
    }

    /** A connected client. One that blocks is called by as many threads as there are callers. */
    interface Client extends AutoCloseable {

        /** Whether {@link #call} blocks, and {@link #ask} is not there. */
        boolean blocks();

        /** Sends a request and returns the answer. */
        default byte[] call(byte[] request) throws Exception {
            return ask(request).get();
        }

        /** Sends a request. Does not block. */
        default CompletableFuture<byte[]> ask(byte[] request) {
            throw new UnsupportedOperationException("blocks");
        }
    }
}
