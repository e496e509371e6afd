package io.quicpool.it.aioquic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The results, as the table of docs/figures.md, in {@code target/attacks.md}. */
final class Table {

    private static final Path FILE = Path.of("target", "attacks.md");
    private static final String HEAD =
            "| engine | attack | round trip before: median, worst | during: median, worst | CPU | heap |"
                    + " resident | what the attacker did and saw | refused |\n"
                    + "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
    private static final List<String> ROWS = new ArrayList<>();

    private Table() {}

    static synchronized void row(String engine, String attack, Outcome outcome) throws IOException {
        String row = "| " + engine + " | " + attack + " | " + outcome.row() + " |";
        System.out.println("[attack] " + row);
        ROWS.add(row);
        Files.createDirectories(FILE.getParent());
        Files.writeString(FILE, HEAD + String.join("\n", ROWS) + "\n");
    }
}
