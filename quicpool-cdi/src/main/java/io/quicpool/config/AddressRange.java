package io.quicpool.config;

import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * A range of IP addresses in CIDR form (RFC 4632); a single address is a range of one. An IPv4 address that is mapped into IPv6
 * counts as the IPv4 address.
 *
 * @param address the lowest address of the range
 * @param prefixLength how many leading bits count: from 0 to 32 for IPv4, to 128 for IPv6
 */
public record AddressRange(InetAddress address, int prefixLength) {

    private static final String FORM =
            "must be an IP address or a CIDR range, such as 10.1.2.3, 10.0.0.0/8, ::1 or fd00::/8";
    private static final Pattern PREFIX_LENGTH = Pattern.compile("\\d{1,3}");

    /**
     * Checks the range.
     *
     * @throws ConfigException when the length does not fit the address, or the address has bits beyond it
     */
    public AddressRange {
        address = IpLiteral.of(address.getAddress());
        int bits = 8 * address.getAddress().length;
        if (prefixLength < 0 || prefixLength > bits) {
            throw new ConfigException(
                    "client-ip",
                    address.getHostAddress() + "/" + prefixLength,
                    "the prefix length must be from 0 to " + bits);
        }
        byte[] lowest = masked(address.getAddress(), prefixLength);
        if (!samePrefix(lowest, address.getAddress(), bits)) {
            throw new ConfigException(
                    "client-ip",
                    address.getHostAddress() + "/" + prefixLength,
                    "has bits beyond its prefix; did you mean "
                            + IpLiteral.of(lowest).getHostAddress() + "/" + prefixLength + "?");
        }
    }

    /**
     * Reads an address or a range. Never looks a name up.
     *
     * @param property the setting that the text is from, for the message
     * @param text such as {@code 10.0.0.0/8}
     * @throws ConfigException when the text has another form
     */
    public static AddressRange parse(String property, String text) {
        String given = text.strip();
        int slash = given.indexOf('/');
        String host = slash < 0 ? given : given.substring(0, slash);
        InetAddress address = IpLiteral.parse(host);
        if (address == null) {
            throw new ConfigException(property, text, FORM);
        }
        String length = slash < 0 ? "" + 8 * address.getAddress().length : given.substring(slash + 1);
        if (!PREFIX_LENGTH.matcher(length).matches()) {
            throw new ConfigException(property, text, FORM);
        }
        try {
            return new AddressRange(address, Integer.parseInt(length));
        } catch (ConfigException e) {
            throw new ConfigException(property, text, e.allowed(), e);
        }
    }

    /** Whether an address lies in the range. The scope of an IPv6 address does not matter. */
    public boolean contains(InetAddress candidate) {
        byte[] bytes = IpLiteral.of(candidate.getAddress()).getAddress();
        return bytes.length == address.getAddress().length && samePrefix(bytes, address.getAddress(), prefixLength);
    }

    private static byte[] masked(byte[] bytes, int prefixLength) {
        byte[] result = bytes.clone();
        for (int bit = prefixLength; bit < 8 * bytes.length; bit++) {
            result[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        return result;
    }

    private static boolean samePrefix(byte[] one, byte[] other, int bits) {
        for (int bit = 0; bit < bits; bit++) {
            if (((one[bit / 8] ^ other[bit / 8]) & 0x80 >> bit % 8) != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefixLength;
    }
}
