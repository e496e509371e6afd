package io.quicpool.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A page of docs/, for tests that compare it with the code. */
public final class Page {

    private final List<String> lines;

    public Page(String name) {
        try {
            lines = Files.readAllLines(Path.of("../docs", name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The rows of the first table behind a heading, without its head. */
    public List<String> rows(String heading) {
        int start = lines.indexOf(heading);
        assertThat(start).as("the page has the heading " + heading).isNotNegative();
        List<String> rows = lines.subList(start + 1, lines.size()).stream()
                .dropWhile(line -> !line.startsWith("|"))
                .takeWhile(line -> line.startsWith("|"))
                .toList();
        return rows.subList(Math.min(2, rows.size()), rows.size());
    }

    /** A row as it is written. */
    public static String row(Object... cells) {
        StringBuilder row = new StringBuilder("|");
        for (Object cell : cells) {
            row.append(' ').append(cell).append(" |");
        }
        return row.toString();
    }

    /** That both have the same rows, in the same order; shows what should be there. */
    public static void same(List<String> written, List<String> ofTheCode) {
        assertThat(written)
                .as("should be:\n" + String.join("\n", ofTheCode) + "\n")
                .isEqualTo(ofTheCode);
    }
}
