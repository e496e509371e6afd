package io.quicpool.it.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The bench: {@code java -jar quicpool-bench.jar run}. */
@Command(
        name = "quicpool-bench",
        mixinStandardHelpOptions = true,
        description = "Measures quicpool beside what a user would take instead.",
        subcommands = {RunCommand.class, SmallCommand.class, ServeCommand.class, CallCommand.class})
public final class Bench {

    private Bench() {}

    /** Runs a command. */
    public static void main(String[] arguments) {
        int code = new CommandLine(new Bench()).execute(arguments);
        System.out.flush();
        // Some clients leave threads behind.
        System.exit(code);
    }
}
