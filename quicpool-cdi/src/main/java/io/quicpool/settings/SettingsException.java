package io.quicpool.settings;

import java.util.List;
import java.util.stream.Collectors;

/** The configuration cannot be used. The message has one line for each problem. */
public final class SettingsException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /**
     * Makes the exception.
     *
     * @param problems at least one
     */
    public SettingsException(List<Problem> problems) {
        super(problems.stream()
                .map(problem -> "\n  - " + problem)
                .collect(Collectors.joining(
                        "",
                        "quicpool cannot start: "
                                + (problems.size() == 1 ? "1 problem" : problems.size() + " problems")
                                + " in its configuration",
                        "")));
        this.problems = List.copyOf(problems);
    }

    /**
     * All problems.
     *
     * @return the problems; null after serialization
     */
    public List<Problem> problems() {
        return problems;
    }
}
