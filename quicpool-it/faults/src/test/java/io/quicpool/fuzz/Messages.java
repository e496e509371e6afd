package io.quicpool.fuzz;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What must be true of every message. */
public final class Messages {

    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");

    private Messages() {}

    /** One line, without secrets in it or in its causes. */
    public static void check(Throwable refused, String... secrets) {
        String message = String.valueOf(refused.getMessage());
        if (CONTROL.matcher(message).find()) {
            throw new AssertionError("a message with control characters", refused);
        }
        for (@Nullable Throwable each = refused; each != null; each = each.getCause()) {
            check(String.valueOf(each.getMessage()), List.of(secrets));
        }
    }

    /** No secrets in it. */
    public static void check(String text, Collection<String> secrets) {
        for (String secret : secrets) {
            if (text.contains(secret)) {
                throw new AssertionError("a message shows the secret " + secret + ": " + text);
            }
        }
    }
}
