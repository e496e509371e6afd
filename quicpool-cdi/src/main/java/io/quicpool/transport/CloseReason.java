package io.quicpool.transport;

import io.quicpool.config.Printable;
import org.jspecify.annotations.Nullable;

/** Why a connection has ended, for people. */
public final class CloseReason {

    /** How long a reason is at most, with all that is said around the peer's words. */
    public static final int LONGEST_LINE = 400;

    /** Of a path that has come to carry less than QUIC needs (RFC 9000, section 14). */
    public static final String PATH_TOO_SMALL = "the path carries no datagrams of 1200 bytes any more";

    private static final int LONGEST = 200;

    /** TLS alerts travel as the 256 transport errors from here on (RFC 9001, section 4.8). */
    private static final int FIRST_ALERT = 0x100;

    private static final int LAST_ALERT = 0x1ff;

    private CloseReason() {}

    /**
     * Says it in words.
     *
     * @param byApplication which of the two spaces of codes the code is of (RFC 9000, section 20)
     * @param code the error code; 0 is no error
     * @param said the peer's own words, which may be empty and are shortened
     * @return one line
     */
    public static String of(boolean byApplication, long code, String said) {
        String shortened = said.isBlank() ? "" : ": " + shortened(said);
        if (code == 0) {
            return "closed by the peer" + shortened;
        }
        String space = byApplication ? "application" : "transport";
        boolean isAlert = !byApplication && code >= FIRST_ALERT && code <= LAST_ALERT;
        return "closed by the peer" + shortened + " (" + space + " error 0x" + Long.toHexString(code)
                + (isAlert ? ", " + alert((int) code - FIRST_ALERT) : "") + ")";
    }

    /**
     * The same for a connection that the engine gave up.
     *
     * @param failure the error of its own for which it did so; null when that is not known
     * @return one line
     */
    public static String ofEngine(@Nullable Throwable failure) {
        return "given up by the engine" + (failure == null ? "" : ": " + shortened(failure.toString()));
    }

    private static String shortened(String said) {
        return Printable.said(said, LONGEST);
    }

    // RFC 8446, section 6.2: those that settings lead to.
    private static String alert(int alert) {
        return switch (alert) {
            case 42 -> "bad certificate";
            case 46 -> "certificate unknown";
            case 48 -> "unknown certificate authority";
            // What quiche says of a certificate that its owner's trust manager refused.
            case 80 -> "internal error: it may not accept the certificate of this side";
            case 116 -> "certificate required";
            case 120 -> "no application protocol in common";
            default -> "TLS alert " + alert;
        };
    }
}
