package io.quicpool.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** IP addresses as text. Never looks a name up: the answer of a name server must not decide what a setting means. */
final class IpLiteral {

    // Exactly what InetAddress takes as a literal: it looks up all else, 256.1.1.1 too. No leading zeros: to some, they
    // mean octal.
    private static final String OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    // Begins like a literal and has a colon: InetAddress takes it for IPv6 or refuses it.
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

    private IpLiteral() {}

    /** The address that the text is; null when it is none. Takes no scope and no brackets. */
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

    /** The address with these bytes; those of an IPv4-mapped IPv6 address make the IPv4 address. */
    static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
