package io.quicpool.config;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes text from elsewhere safe for one line of a message. Text that a peer can influence goes through here before it is logged,
 * thrown, kept as the last error, or passed to listeners, JMX and health. Examples are the reason of a close, a name in a certificate,
 * and the exception of an engine.
 */
public final class Printable {

    // Characters that start a new line, move the cursor, or change the direction of text (Unicode Standard, section
    // 4.5).
    // \p{Cntrl} is ASCII only.
    private static final Pattern UNFIT = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

    private static final int MAX_EXCEPTION_LENGTH = 500;
    private static final int MAX_CAUSES = 8;

    private Printable() {}

    /**
     * The beginning of a text. Each invisible character becomes a question mark.
     *
     * @param text any text
     * @param longest how many characters to show at most; {@code ...} stands for the rest
     * @return the text on one line
     */
    public static String of(String text, int longest) {
        return line(text.length() <= longest ? text : text.substring(0, longest) + "...");
    }

    /**
     * The whole text. Each invisible character becomes a question mark.
     *
     * @param text any text
     * @return the text on one line
     */
    public static String line(String text) {
        return UNFIT.matcher(text).replaceAll("?");
    }

    /**
     * The beginning of a peer's text. Each invisible character becomes a space.
     *
     * @param text any text
     * @param longest how many characters to keep
     * @return the text on one line
     */
    public static String said(String text, int longest) {
        return UNFIT.matcher(text.length() <= longest ? text : text.substring(0, longest))
                .replaceAll(" ");
    }

    /**
     * An exception whose text a peer may have influenced. Its causes are checked too, because logs show them.
     *
     * @param exception any; null for none
     * @return the same exception if all its texts are safe, else a copy with safe texts and the same stack trace
     */
    public static @Nullable Throwable cause(@Nullable Throwable exception) {
        return isFit(exception, 0) ? exception : copy(exception, 0);
    }

    private static boolean isFit(@Nullable Throwable exception, int depth) {
        if (exception == null) {
            return true;
        }
        String text = exception.toString();
        if (depth == MAX_CAUSES
                || text.length() > MAX_EXCEPTION_LENGTH
                || UNFIT.matcher(text).find()) {
            return false;
        }
        for (Throwable each : exception.getSuppressed()) {
            if (!isFit(each, depth + 1)) {
                return false;
            }
        }
        return isFit(exception.getCause(), depth + 1);
    }

    private static @Nullable Throwable copy(@Nullable Throwable exception, int depth) {
        if (exception == null || depth == MAX_CAUSES) {
            return null;
        }
        return new Copy(exception, copy(exception.getCause(), depth + 1));
    }

    /** A copy with a safe text. */
    private static final class Copy extends Exception {

        private static final long serialVersionUID = 1;

        private final String text;

        Copy(Throwable original, @Nullable Throwable cause) {
            super(said(String.valueOf(original.getMessage()), MAX_EXCEPTION_LENGTH), cause);
            text = said(original.toString(), MAX_EXCEPTION_LENGTH);
            setStackTrace(original.getStackTrace());
        }

        // Stack traces show this text: it has the class of the original.
        @Override
        public String getLocalizedMessage() {
            return text;
        }
    }
}
