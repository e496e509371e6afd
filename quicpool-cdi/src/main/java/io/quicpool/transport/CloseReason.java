package io.quicpool.transport;

import io.quicpool.config.Printable;
import org.jspecify.annotations.Nullable;

/** Words for why a connection has ended. */
public final class CloseReason {

    /** The longest reason, including the words around the peer's own. Characters. */
    public static final int MAX_LENGTH = 400;

    /** What a pool tells its peers when it closes. The Go package says the same. */
    public static final String POOL_CLOSED = "pool closed";

    /** The path no longer carries the datagrams that QUIC needs (RFC 9000, section 14). */
    public static final String PATH_TOO_SMALL = "the path carries no datagrams of 1200 bytes any more";

    private static final int MAX_PEER_REASON = 200;

    /** TLS alerts are the 256 transport errors from here on (RFC 9001, section 4.8). */
    private static final int FIRST_ALERT = 0x100;

    private static final int LAST_ALERT = 0x1ff;

    private CloseReason() {}

    /**
     * Describes how the peer closed the connection.
     *
     * @param byApplication whether the code is an application error or a transport error (RFC 9000, section 20)
     * @param code the error code; 0 is no error
     * @param said the peer's own reason, possibly empty; it is shortened
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
     * Describes why the engine itself ended the connection.
     *
     * @param failure the engine's error; null when it is not known
     */
    public static String ofEngine(@Nullable Throwable failure) {
        return "closed by the engine" + (failure == null ? "" : ": " + shortened(failure.toString()));
    }

    private static String shortened(String said) {
        return Printable.said(said, MAX_PEER_REASON);
    }

    // The alerts of RFC 8446, section 6.2, that wrong settings cause.
    private static String alert(int alert) {
        return switch (alert) {
            case 42 -> "bad certificate";
            case 46 -> "certificate unknown";
            case 48 -> "unknown certificate authority";
            // quiche sends this when our trust manager refuses the certificate.
            case 80 -> "internal error: it may not accept the certificate of this side";
            case 116 -> "certificate required";
            case 120 -> "no application protocol in common";
            default -> "TLS alert " + alert;
        };
    }
}
