package io.quicpool.it.bench.small;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmarks of this package, all in each round. JMH itself would run all processes of one, then all of the next: a machine that
 * is busy for a while would be slow for one of them only. Medians, because one iteration that was interrupted would move a mean.
 */
public final class SmallRun {

    private static final String NONE = "none";

    private record Key(String benchmark, String observer, int threads) {}

    private static final class Figures {
        private final List<Double> nanos = new ArrayList<>();
        private double bytes;
        private double calls;
    }

    private final Map<Key, Figures> all = new LinkedHashMap<>();

    /** Runs them; takes minutes. */
    public SmallRun(String only, List<Integer> threads, int rounds, int iterations) throws RunnerException {
        for (int round = 0; round < rounds; round++) {
            for (int count : threads) {
                for (RunResult each : new Runner(new OptionsBuilder()
                                .include("\\.small\\..*(" + only + ")")
                                .threads(count)
                                .forks(1)
                                .warmupIterations(iterations)
                                .warmupTime(TimeValue.milliseconds(50))
                                .measurementIterations(iterations)
                                .measurementTime(TimeValue.milliseconds(50))
                                .verbosity(VerboseMode.SILENT)
                                .shouldFailOnError(true)
                                .build())
                        .run()) {
                    add(each, count);
                }
            }
        }
    }

    private void add(RunResult run, int threads) {
        String name = run.getParams().getBenchmark();
        String observer = run.getParams().getParam("observer");
        Key key = new Key(name.substring(name.lastIndexOf('.') + 1), observer == null ? NONE : observer, threads);
        Figures figures = all.computeIfAbsent(key, each -> new Figures());
        for (BenchmarkResult process : run.getBenchmarkResults()) {
            for (IterationResult iteration : process.getIterationResults()) {
                figures.nanos.add(iteration.getPrimaryResult().getScore());
                figures.bytes += sum(iteration, "callerBytes");
                figures.calls += sum(iteration, "calls");
            }
        }
    }

    private static double sum(IterationResult iteration, String counter) {
        Result<?> found = iteration.getSecondaryResults().get(counter);
        return found == null ? 0 : found.getScore();
    }

    /** A table: median time of a call, times that of the same without metrics, and bytes that the caller allocates. */
    public String markdown() {
        StringBuilder text = new StringBuilder(
                "| call | metrics | threads | ns | times without metrics | bytes of the caller |\n| --- | --- | --- | --- | --- | --- |\n");
        all.forEach((key, figures) -> {
            Figures without = all.get(new Key(key.benchmark, NONE, key.threads));
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %d | %.0f | %s | %.0f |%n",
                    key.benchmark,
                    key.observer,
                    key.threads,
                    median(figures),
                    without == null || without == figures
                            ? ""
                            : String.format(Locale.ROOT, "%.2f", median(figures) / median(without)),
                    figures.bytes / figures.calls));
        });
        return text.toString();
    }

    private static double median(Figures figures) {
        List<Double> sorted = figures.nanos.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
