package io.quicpool.it.peer;

import io.quicpool.PooledStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** What a client-led server of the tool does with a stream. */
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
