package io.quicpool.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

    /** The contents of the fenced blocks of a language. */
    public List<String> blocks(String language) {
        List<String> blocks = new ArrayList<>();
        StringBuilder block = null;
        for (String line : lines) {
            if (block == null && line.equals("```" + language)) {
                block = new StringBuilder();
            } else if (block != null && line.equals("```")) {
                blocks.add(block.toString());
                block = null;
            } else if (block != null) {
                block.append(line).append('\n');
            }
        }
        assertThat(blocks).as("the page has blocks of " + language).isNotEmpty();
        return blocks;
    }

    /** The lines between headings of the second level, by heading. */
    public Map<String, List<String>> sections() {
        Map<String, List<String>> sections = new LinkedHashMap<>();
        List<String> section = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith("## ")) {
                section = new ArrayList<>();
                sections.put(line.substring(3), section);
            } else {
                section.add(line);
            }
        }
        return sections;
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

    /** Checks that both have the same rows in the same order. A failure shows the expected rows. */
    public static void same(List<String> written, List<String> ofTheCode) {
        assertThat(written)
                .as("should be:\n" + String.join("\n", ofTheCode) + "\n")
                .isEqualTo(ofTheCode);
    }
}
