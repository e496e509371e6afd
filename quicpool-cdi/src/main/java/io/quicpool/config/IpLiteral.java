package io.quicpool.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** IP addresses as text. Never looks a name up, because a name server must not decide what a setting means. */
final class IpLiteral {

    // Exactly what InetAddress reads as a literal. It looks up everything else, even 256.1.1.1. Leading zeros are
    // refused, because some programs read them as octal.
    private static final String OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    // A text that begins like a literal and has a colon. InetAddress reads it as IPv6 or refuses it, but never looks it
    // up.
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

    private IpLiteral() {}

    /** Parses an address without scope or brackets; null when the text is none. */
    static @Nullable InetAddress parse(String text) {
        if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) {
            return null;
        }
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException noLiteral) {
            return null;
        }
    }

    /** The address with these bytes. An IPv4-mapped IPv6 address becomes the IPv4 address. */
    static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
