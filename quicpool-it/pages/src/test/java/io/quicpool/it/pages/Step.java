package io.quicpool.it.pages;

import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An instruction of a page, or what its reader should see. */
sealed interface Step {

    /** A file to create. */
    record Create(String path, String content) implements Step {}

    /** Text of a file to change, in the file with this name. */
    record Change(String from, String to, String file) implements Step {}

    /** Commands to type. */
    record Type(String commands, boolean elsewhere) implements Step {}

    /** A key to press in the first terminal, and the output that follows. */
    record Press(String key, String text) implements Step {}

    /** The key that ends what runs in the first terminal. */
    record End(String key) implements Step {}

    /** Lines that the last command prints, maybe among others; "..." stands for what differs. */
    record Prints(String text) implements Step {

        boolean isIn(String printed) {
            // Not the last line's end: a line of the log may come between.
            String lines = Stream.of(text.stripTrailing().split("\\.\\.\\.", -1))
                    .map(Pattern::quote)
                    .collect(Collectors.joining(".*"));
            return Pattern.compile("\n" + lines).matcher("\n" + printed + "\n").find();
        }
    }

    /** What the first terminal shows at some time, from the last step in it on. */
    record Says(String text) implements Step {}

    /** An address that answers. */
    record Answers(String address) implements Step {}
}
