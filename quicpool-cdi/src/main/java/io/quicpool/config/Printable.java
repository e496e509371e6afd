package io.quicpool.config;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Text from elsewhere, fit for one line of a message. What a peer had a say in, a reason to close, a name in a certificate, an exception of an
 * engine, goes through here before it is logged, thrown, kept as last error, or told to listeners, JMX and health.
 */
public final class Printable {

    // What would begin a new line, move the cursor, or turn the direction where the text is shown (Unicode Standard,
    // section 4.5); \p{Cntrl}
    // is ASCII only.
    private static final Pattern UNFIT = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

    private static final int LONGEST_EXCEPTION = 500;
    private static final int DEEPEST = 8;

    private Printable() {}

    /**
     * The beginning of a text, without characters that are not to be seen.
     *
     * @param text any text
     * @param longest how many characters to show at most; more are shown as {@code ...}
     * @return the text on one line
     */
    public static String of(String text, int longest) {
        return line(text.length() <= longest ? text : text.substring(0, longest) + "...");
    }

    /**
     * The whole text, without characters that are not to be seen.
     *
     * @param text any text
     * @return the text on one line
     */
    public static String line(String text) {
        return UNFIT.matcher(text).replaceAll("?");
    }

    /**
     * What a peer says: the beginning, with a space for each character that is not to be seen.
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
     * An exception in whose text a peer may have had a say, with all its causes: logs show them too.
     *
     * @param exception any; null for none
     * @return the same if all its texts are fit, else one with the same stack trace that says the same
     */
    public static @Nullable Throwable cause(@Nullable Throwable exception) {
        return isFit(exception, 0) ? exception : copy(exception, 0);
    }

    private static boolean isFit(@Nullable Throwable exception, int depth) {
        if (exception == null) {
            return true;
        }
        String text = exception.toString();
        if (depth == DEEPEST
                || text.length() > LONGEST_EXCEPTION
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
        if (exception == null || depth == DEEPEST) {
            return null;
        }
        return new Copy(exception, copy(exception.getCause(), depth + 1));
    }

    /** Says what another says. */
    private static final class Copy extends Exception {

        private static final long serialVersionUID = 1;

        private final String text;

        Copy(Throwable original, @Nullable Throwable cause) {
            super(said(String.valueOf(original.getMessage()), LONGEST_EXCEPTION), cause);
            text = said(original.toString(), LONGEST_EXCEPTION);
            setStackTrace(original.getStackTrace());
        }

        // With the class, which traces are read for.
        @Override
        public String getLocalizedMessage() {
            return text;
        }
    }
}
