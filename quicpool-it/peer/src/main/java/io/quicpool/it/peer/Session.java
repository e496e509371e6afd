package io.quicpool.it.peer;

import io.quicpool.PoolException;
import io.quicpool.PoolListener;
import io.quicpool.StreamPool;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Reads commands until {@code quit} or the end of input, and answers each with one line. */
final class Session {

    private final StreamPool pool;
    private final Console console;
    private final Commands commands;
    private final AtomicBoolean said = new AtomicBoolean();

    Session(StreamPool pool, Console console) {
        this.pool = pool;
        this.console = console;
        this.commands = new Commands(pool);
    }

    int run() {
        // SIGTERM closes the pool and ends the process. After quit the pool is closed already.
        Runtime.getRuntime().addShutdownHook(new Thread(pool::close, "quicpool-peer-shutdown"));
        pool.addListener(new PoolListener() {
            @Override
            public void ready(StreamPool ready) {
                sayReady();
            }
        });
        if (pool.ready()) {
            sayReady();
        }
        try {
            for (String line = console.read(); line != null; line = console.read()) {
                if (line.isBlank()) {
                    continue;
                }
                if (line.strip().equals("quit")) {
                    console.print("ok");
                    return 0;
                }
                console.answer(answer(line.strip()));
            }
        } catch (IOException e) {
            System.err.println("cannot read standard input: " + e.getMessage());
            return 1;
        }
        return 0;
    }

    private void sayReady() {
        if (said.compareAndSet(false, true)) {
            console.print("ready");
        }
    }

    // A command that fails does not end the tool.
    @SuppressWarnings("CatchingUnchecked")
    private String answer(String line) {
        try {
            return commands.execute(line);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "error interrupted";
        } catch (IOException | PoolException | IllegalArgumentException e) {
            return "error " + oneLine(String.valueOf(e.getMessage()));
        } catch (Exception e) {
            return "error " + oneLine(e.toString());
        }
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\R", " ");
    }
}
