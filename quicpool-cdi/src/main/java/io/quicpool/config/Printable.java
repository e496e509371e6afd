package io.quicpool.config;

import java.util.regex.Pattern;

/** Text from elsewhere, fit for one line of a message. */
public final class Printable {

    // What would begin a new line or move the cursor where the text is shown.
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");

    private Printable() {}

    /**
     * The beginning of a text, without control characters.
     *
     * @param text any text
     * @param longest how many characters to show at most; more are shown as {@code ...}
     * @return the text on one line
     */
    public static String of(String text, int longest) {
        return line(text.length() <= longest ? text : text.substring(0, longest) + "...");
    }

    /**
     * The whole text, without control characters.
     *
     * @param text any text
     * @return the text on one line
     */
    public static String line(String text) {
        return CONTROL.matcher(text).replaceAll("?");
    }
}
