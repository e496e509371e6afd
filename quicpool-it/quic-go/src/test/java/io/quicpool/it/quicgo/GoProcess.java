package io.quicpool.it.quicgo;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.it.support.LineProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A program in Go in a separate process, controlled line by line. It ends when its input ends. */
final class GoProcess implements AutoCloseable {

    private final LineProcess process;

    GoProcess(GoProgram program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(program.built().toString());
        command.addAll(List.of(arguments));
        process = new LineProcess(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT));
    }

    /** The value of the next line, which must have that key. */
    String next(String key) throws InterruptedException {
        return process.next(key + " ");
    }

    /** Its output until it ends; it must succeed. */
    List<String> rest() throws InterruptedException {
        List<String> all = process.rest();
        assertThat(process.process().waitFor()).as("exit code after %s", all).isZero();
        return all;
    }

    String ask(String command) throws InterruptedException {
        return process.ask(command);
    }

    /** For programs that answer later, or many at once. */
    void tell(String command) {
        process.tell(command);
    }

    /** Waits for lines, however long that takes, until the program ends. */
    void forEach(Consumer<String> action) throws InterruptedException {
        process.forEach(action);
    }

    /** Closes its input. The program then closes its connections in order and ends. */
    void quit() throws IOException, InterruptedException {
        process.process().outputWriter(StandardCharsets.UTF_8).close();
        assertThat(process.process().waitFor()).isZero();
    }

    /** Stops and continues it in turns until it ends. A separate process does this, which is returned. */
    Process pausing(Duration stopped, Duration running) throws IOException {
        String turn = "kill -STOP %1$d && sleep %2$s; kill -CONT %1$d && sleep %3$s"
                .formatted(process.process().pid(), seconds(stopped), seconds(running));
        return new ProcessBuilder("sh", "-c", "while " + turn + "; do :; done")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static String seconds(Duration time) {
        return Double.toString(time.toMillis() / 1e3);
    }

    /** SIGKILL. Returns when the process has ended. */
    void kill() throws InterruptedException {
        process.kill();
    }

    @Override
    public void close() {
        process.close();
    }
}
