package io.quicpool.it.faults;

import io.quicpool.it.support.LineProcess;
import io.quicpool.it.support.QuickJava;
import io.quicpool.testing.Pools;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A program of these tests in a separate process: it ends when its input does, so none is left behind. */
final class JavaProcess implements AutoCloseable {

    private static final String WRONG = "wrong ";

    private final LineProcess process;
    private final List<String> wrong = new ArrayList<>();

    JavaProcess(Class<?> program, String... arguments) {
        this(Map.of(), "128m", program, arguments);
    }

    /** With a heap of that size. */
    JavaProcess(Map<String, String> environment, String heap, Class<?> program, String... arguments) {
        List<String> command = QuickJava.command(
                "-Xmx" + heap,
                "-Dtest.engine.client=" + Pools.CLIENT_ENGINE,
                "-Dtest.engine.server=" + Pools.SERVER_ENGINE,
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                program.getName());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        process = new LineProcess(builder);
    }

    /** Tells it one line. */
    void say(String line) {
        process.tell(line);
    }

    /** Waits for a line that it prints, other than what it found to be wrong. */
    String await() throws InterruptedException {
        String line = process.next();
        while (line.startsWith(WRONG)) {
            wrong.add(line);
            line = process.next();
        }
        return line;
    }

    /** What it found to be wrong until it last answered: all of it once it was killed. */
    List<String> wrong() {
        return wrong;
    }

    /** SIGKILL; returns when it is gone and all that it said was read. */
    void kill() throws InterruptedException {
        process.kill();
        process.rest().stream().filter(line -> line.startsWith(WRONG)).forEach(wrong::add);
    }

    @Override
    public void close() {
        process.close();
    }
}
