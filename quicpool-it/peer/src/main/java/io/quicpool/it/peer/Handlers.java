package io.quicpool.it.peer;

import io.quicpool.PooledStream;
import io.quicpool.Request;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** What a client-led server of the tool does with a stream or a request. */
final class Handlers {

    private Handlers() {}

    /** Sends back what comes until it ends. */
    static void echo(PooledStream stream) throws IOException {
        OutputStream out = stream.outputStream();
        byte[] buffer = new byte[8192];
        for (int read = stream.inputStream().read(buffer);
                read >= 0;
                read = stream.inputStream().read(buffer)) {
            out.write(buffer, 0, read);
        }
    }

    /** Reads to the end. */
    static void sink(PooledStream stream) throws IOException {
        stream.inputStream().transferTo(OutputStream.nullOutputStream());
    }

    /** Answers the client's 8 bytes with the time at which this began: one clock for all processes of a machine. */
    static void stamp(PooledStream stream) throws IOException {
        long started = System.nanoTime();
        if (stream.inputStream().readNBytes(Long.BYTES).length == Long.BYTES) {
            stream.outputStream()
                    .write(ByteBuffer.allocate(Long.BYTES).putLong(started).array());
        }
    }

    /** Sends a whole request back, a little later and without a thread that waits. */
    static CompletionStage<byte[]> later(Request request) {
        return new CompletableFuture<byte[]>()
                .completeOnTimeout(
                        request.bytes(), ThreadLocalRandom.current().nextLong(30, 150), TimeUnit.MILLISECONDS);
    }

    static void echoAndClose(PooledStream stream, Runnable after) {
        try (stream) {
            echo(stream);
        } catch (IOException e) {
            System.err.println("echo " + stream.id() + ": " + e.getMessage());
        } finally {
            after.run();
        }
    }
}
