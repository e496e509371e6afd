package io.quicpool.it.peer;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Lines in, lines out. A line is written whole; it is flushed when no more input waits, so that scripts may pipeline. */
final class Console {

    private final BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8), 1 << 16);
    private final PrintStream out = new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16), false, StandardCharsets.UTF_8);

    @Nullable String read() throws IOException {
        if (!in.ready()) {
            flush();
        }
        return in.readLine();
    }

    /** An answer. It is flushed with the last answer that waits. */
    synchronized void answer(String line) {
        out.append(line).append('\n');
    }

    /** Not an answer: flushed at once. */
    synchronized void print(String line) {
        answer(line);
        out.flush();
    }

    private synchronized void flush() {
        out.flush();
    }
}
