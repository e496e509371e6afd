package io.quicpool.it.peer;

import io.quicpool.PoolException;
import io.quicpool.config.ConfigException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry point; picocli does the command line. */
@Command(
        name = "quicpool-peer",
        mixinStandardHelpOptions = true,
        version = "quicpool-peer 0.1.0",
        description = "One pool, a server or a client, in a separate process. It reads commands from standard input.",
        subcommands = {ServerCommand.class, ClientCommand.class, BenchCommand.class},
        footer = {"", "Commands on standard input, one a line, each answered by one line:", Commands.HELP})
final class Peer {

    private Peer() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** Exit code 0 after {@code quit} or the end of input, 2 when a setting cannot be used, 1 when the pool cannot start. */
    static int run(String... args) {
        CommandLine line = new CommandLine(new Peer());
        line.getSubcommands().values().forEach(command -> TableOptions.addTo(command.getCommandSpec()));
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof ConfigException || failure instanceof PoolException) {
                command.getErr().println("error: " + failure.getMessage());
                return failure instanceof ConfigException ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
            }
            throw failure;
        });
        return line.execute(args);
    }
}
