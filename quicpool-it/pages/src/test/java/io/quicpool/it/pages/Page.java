package io.quicpool.it.pages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the steps of a page. A fenced block is a file when its path stands just before it, commands when its language is sh, and
 * what one sees when it is text. Instructions in sentences have fixed forms.
 */
final class Page {

    private static final Pattern BLOCK = Pattern.compile("^```(\\w*)\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern PATH = Pattern.compile("^`([\\w./-]+\\.\\w+)`[^\n]*:$", Pattern.MULTILINE);
    private static final Pattern ELSEWHERE = Pattern.compile("(another|other|second) terminal");
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
        return Files.readString(project().resolve("docs").resolve(name));
    }

    static List<Step> steps(String name) throws IOException {
        String text = text(name);
        List<Step> steps = new ArrayList<>();
        Matcher block = BLOCK.matcher(text);
        int from = 0;
        while (block.find()) {
            String before = text.substring(from, block.start()).stripTrailing();
            steps.addAll(sentences(before));
            Step step = block(block.group(1), block.group(2), before.substring(before.lastIndexOf("\n\n") + 1));
            if (step != null) {
                steps.add(step);
            }
            from = block.end();
        }
        steps.addAll(sentences(text.substring(from)));
        return steps;
    }

    private static @Nullable Step block(String language, String content, String before) {
        Matcher path = PATH.matcher(before);
        if (path.find()) {
            return new Step.Create(path.group(1), content);
        }
        return switch (language) {
            case "sh" -> new Step.Type(content, ELSEWHERE.matcher(before).find());
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
