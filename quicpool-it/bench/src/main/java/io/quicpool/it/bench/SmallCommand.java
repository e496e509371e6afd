package io.quicpool.it.bench;

import io.quicpool.it.bench.small.SmallRun;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The JMH benchmarks. */
@Command(
        name = "small",
        mixinStandardHelpOptions = true,
        description = "Runs the JMH benchmarks of single calls in turn, and prints the medians of all iterations.")
final class SmallCommand implements Callable<Integer> {

    @Option(names = "--only", paramLabel = "REGEX", description = "these benchmarks; default: all")
    String only = ".*";

    @Option(names = "--threads", split = ",", paramLabel = "N", description = "that call at a time: ${DEFAULT-VALUE}")
    List<Integer> threads = new ArrayList<>(List.of(1, 2, 4, 8));

    @Option(names = "--rounds", paramLabel = "N", description = "a process each: ${DEFAULT-VALUE}")
    int rounds = 5;

    @Option(names = "--iterations", paramLabel = "N", description = "after as many to warm up: ${DEFAULT-VALUE}")
    int iterations = 60;

    @Override
    public Integer call() throws Exception {
        SmallRun run = new SmallRun(only, threads, rounds, iterations);
        System.out.println(run.markdown());
        return 0;
    }
}
