package io.quicpool.transport.netty;

import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import java.nio.charset.StandardCharsets;

/** What a peer said when it closed a connection, for people. */
final class CloseReason {

    private static final int LONGEST = 200;

    /** TLS alerts travel as transport errors (RFC 9001, section 4.8). */
    private static final int TLS = 0x100;

    private CloseReason() {}

    static String of(QuicConnectionCloseEvent close) {
        String said = said(close).replaceAll("\\p{Cntrl}", " ");
        String reason = said.isBlank() ? "" : ": " + said;
        String shortened = reason.length() <= LONGEST ? reason : reason.substring(0, LONGEST);
        if (close.error() == 0) {
            return "closed by the peer" + shortened;
        }
        // RFC 9000, section 20: two spaces of codes.
        String space = close.isApplicationClose() ? "application" : "transport";
        return "closed by the peer" + shortened + " (" + space + " error 0x" + Integer.toHexString(close.error())
                + (close.isTlsError() ? alert(close.error() - TLS) : "") + ")";
    }

    private static String said(QuicConnectionCloseEvent close) {
        try {
            return new String(close.reason(), StandardCharsets.UTF_8);
        } catch (NullPointerException e) {
            // So says Netty that there is none.
            return "";
        }
    }

    // RFC 8446, section 6.2: those that settings lead to.
    private static String alert(int alert) {
        return switch (alert) {
            case 42 -> ", bad certificate";
            case 46 -> ", certificate unknown";
            case 48 -> ", unknown certificate authority";
            // What quiche says of a certificate that its owner's trust manager refused.
            case 80 -> ", internal error: it may not accept the certificate of this side";
            case 116 -> ", certificate required";
            case 120 -> ", no application protocol in common";
            default -> ", TLS alert " + alert;
        };
    }
}
