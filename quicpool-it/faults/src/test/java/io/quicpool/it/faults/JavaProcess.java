package io.quicpool.it.faults;

import io.quicpool.it.support.LineProcess;
import io.quicpool.it.support.QuickJava;
import io.quicpool.testing.Pools;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A program of these tests in a separate process. It ends when its input ends, so that none is left behind. */
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

    /** Sends it one line. */
    void say(String line) {
        process.tell(line);
    }

    /** Waits for a line of its output that is no error. */
    String await() throws InterruptedException {
        String line = process.next();
        while (line.startsWith(WRONG)) {
            wrong.add(line);
            line = process.next();
        }
        return line;
    }

    /** The errors that it reported before its last answer; all of them after it was killed. */
    List<String> wrong() {
        return wrong;
    }

    /** SIGKILL. Returns when the process has ended and its output was read. */
    void kill() throws InterruptedException {
        process.kill();
        process.rest().stream().filter(line -> line.startsWith(WRONG)).forEach(wrong::add);
    }

    @Override
    public void close() {
        process.close();
    }
}
