package io.quicpool.it.pages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the steps of a page. A fenced block is a file if its path comes just before it, commands if its language is sh,
 * and output if it is text. Instructions in sentences have fixed forms.
 */
final class Page {

    private static final String README = "README.md";
    private static final Pattern BLOCK = Pattern.compile("^```(\\w*)\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern PATH = Pattern.compile("^`([\\w./-]+\\.\\w+|Dockerfile)`[^\n]*:$", Pattern.MULTILINE);
    private static final Pattern LINK = Pattern.compile("\\]\\((?:docs/)?([\\w-]+\\.md)[#)]");
    private static final Pattern ELSEWHERE = Pattern.compile("(another|other|second) terminal");
    private static final Pattern ELSEWHERE_FROM_HERE =
            Pattern.compile("from\\s+here\\s+on\\s+in\\s+the\\s+second\\s+terminal");
    private static final Map<Pattern, Function<MatchResult, Step>> SENTENCES = Map.of(
            Pattern.compile("[Cc]hange `([^`]+)`\\s+(?:back\\s+)?to\\s+`([^`]+)`\\s+in\\s+`([^`]+)`"),
            found -> new Step.Change(found.group(1), found.group(2), found.group(3)),
            Pattern.compile("[Pp]ress\\s+`([a-pr-z])`[^`]*\\bsays\\s+`([^`]+)`"),
            found -> new Step.Press(found.group(1), found.group(2)),
            Pattern.compile("with\\s+Ctrl-C"),
            found -> new Step.End("\u0003"),
            Pattern.compile("[Pp]ress\\s+`q`"),
            found -> new Step.End("q"),
            Pattern.compile("\\bsays\\s+`([^`]+)`"),
            found -> new Step.Says(found.group(1)),
            Pattern.compile("\\bis\\s+at\\s+(http://localhost\\S*\\w)"),
            found -> new Step.Answers(found.group(1)));

    private Page() {}

    static Path project() {
        return Path.of("..", "..").toAbsolutePath().normalize();
    }

    static String text(String name) throws IOException {
        return Files.readString(
                project().resolve(name.equals(README) ? "" : "docs").resolve(name));
    }

    /** The shortest way from README to a page, link by link. */
    static String way(String page) throws IOException {
        Map<String, String> ways = new LinkedHashMap<>(Map.of(README, README));
        Deque<String> next = new ArrayDeque<>(List.of(README));
        while (!ways.containsKey(page) && !next.isEmpty()) {
            String from = next.remove();
            for (MatchResult link : LINK.matcher(text(from)).results().toList()) {
                if (ways.putIfAbsent(link.group(1), ways.get(from) + " > " + link.group(1)) == null) {
                    next.add(link.group(1));
                }
            }
        }
        String way = ways.get(page);
        if (way == null) {
            throw new AssertionError("no link leads from README to " + page);
        }
        return way;
    }

    /** Only creates the files of a page. */
    static List<Step.Create> files(String name) throws IOException {
        return steps(name).stream()
                .filter(Step.Create.class::isInstance)
                .map(Step.Create.class::cast)
                .toList();
    }

    static List<Step> steps(String name) throws IOException {
        String text = text(name);
        List<Step> steps = new ArrayList<>();
        Matcher block = BLOCK.matcher(text);
        int from = 0;
        boolean elsewhere = false;
        while (block.find()) {
            String before = text.substring(from, block.start()).stripTrailing();
            steps.addAll(sentences(before));
            String last = before.substring(before.lastIndexOf("\n\n") + 1);
            elsewhere |= ELSEWHERE_FROM_HERE.matcher(before).find();
            Step step = block(
                    block.group(1),
                    block.group(2),
                    last,
                    elsewhere || ELSEWHERE.matcher(last).find());
            if (step != null) {
                steps.add(step);
            }
            from = block.end();
        }
        steps.addAll(sentences(text.substring(from)));
        return steps;
    }

    private static @Nullable Step block(String language, String content, String before, boolean elsewhere) {
        Matcher path = PATH.matcher(before);
        if (path.find()) {
            return new Step.Create(path.group(1), content);
        }
        return switch (language) {
            case "sh" -> new Step.Type(content, elsewhere);
            case "text" -> new Step.Prints(content);
            case "" -> null; // only to be read
            default -> throw new IllegalStateException("what is this block for? " + before);
        };
    }

    private static List<Step> sentences(String text) {
        Map<Integer, Step> found = new TreeMap<>();
        SENTENCES.forEach(
                (form, step) -> form.matcher(text).results().forEach(one -> found.put(one.start(), step.apply(one))));
        return List.copyOf(found.values());
    }
}
