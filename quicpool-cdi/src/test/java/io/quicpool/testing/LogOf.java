package io.quicpool.testing;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What is logged under a name, from now until it is closed. */
public final class LogOf extends Handler implements AutoCloseable {

    // Kept: the log manager forgets loggers that nobody holds.
    private final Logger logger;
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();

    public LogOf(String name) {
        this(name, Level.ALL);
    }

    /** Only messages of at least this level. */
    public LogOf(String name, Level least) {
        setLevel(least);
        logger = Logger.getLogger(name);
        logger.addHandler(this);
    }

    public boolean has(String part) {
        return !lines(part).isEmpty();
    }

    public List<String> lines(String part) {
        return lines.stream().filter(line -> line.contains(part)).toList();
    }

    public List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public void publish(LogRecord record) {
        if (isLoggable(record)) {
            lines.add(new SimpleFormatter().formatMessage(record));
        }
    }

    @Override
    public void flush() {
        // Nothing is kept back.
    }

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
