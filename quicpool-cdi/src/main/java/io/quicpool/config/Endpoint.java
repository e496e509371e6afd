package io.quicpool.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A host and a port. Only {@link #resolve} looks the host up, each time again.
 *
 * @param host a host name or an IP address, IPv6 without brackets
 * @param port from 0 to 65535
 */
public record Endpoint(String host, int port) {

    private static final String PORT = "the port must be a number from 0 to 65535";
    private static final String FORM = "must be HOST:PORT, such as orders:4433, 10.0.0.5:4433 or [::1]:4433";
    private static final Pattern NAME = Pattern.compile("[^\\s\\p{Cc}\\p{Zs}\\p{Zl}\\p{Zp}\\[\\]/\\\\@:\"]{1,253}");
    private static final Pattern ZEROS = Pattern.compile("\\b0(:0)+\\b");
    private static final Pattern SCOPE = Pattern.compile("%[\\w.-]+$");

    /**
     * Checks host and port. Does not look the host up.
     *
     * @throws ConfigException when the host cannot be one, or the port is out of range
     */
    public Endpoint {
        if (!isHost(host)) {
            throw new ConfigException("endpoint", host, "has no usable host; " + FORM);
        }
        if (port < 0 || port > 65_535) {
            throw new ConfigException("endpoint", host + ":" + port, PORT);
        }
    }

    /** Whether the host is an IP address, so that there is nothing to look up. */
    boolean isIpAddress() {
        return IpLiteral.parse(SCOPE.matcher(host).replaceFirst("")) != null;
    }

    static boolean isHost(String text) {
        return text.indexOf(':') < 0
                ? NAME.matcher(text).matches()
                : IpLiteral.parse(SCOPE.matcher(text).replaceFirst("")) != null;
    }

    /**
     * Reads {@code HOST:PORT}.
     *
     * @param property the setting that the text is from, for the message
     * @param text such as {@code orders:4433} or {@code [::1]:4433}
     * @return the endpoint, not looked up
     * @throws ConfigException when the text has another form
     */
    public static Endpoint parse(String property, String text) {
        String given = text.strip();
        int colon = given.lastIndexOf(':');
        boolean bracketed = given.startsWith("[");
        if (colon < 0 || (bracketed && given.charAt(colon - 1) != ']')) {
            throw new ConfigException(property, text, "has no port; " + FORM);
        }
        String host = bracketed ? given.substring(1, colon - 1) : given.substring(0, colon);
        if (!bracketed && host.indexOf(':') >= 0) {
            throw new ConfigException(property, text, "an IPv6 address needs brackets; " + FORM);
        }
        if (bracketed && host.indexOf(':') < 0) {
            throw new ConfigException(property, text, "only an IPv6 address has brackets; " + FORM);
        }
        int port = port(property, text, given.substring(colon + 1));
        try {
            return new Endpoint(host, port);
        } catch (ConfigException e) {
            throw new ConfigException(property, text, e.allowed(), e);
        }
    }

    /**
     * An address as all messages, JMX and health show it: by its IP address, without looking anything up.
     *
     * @param address resolved or not
     * @return such as {@code 10.0.0.5:4433} or {@code [::1]:4433}
     */
    public static String text(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        return text(ip == null ? address.getHostString() : shortened(ip.getHostAddress()), address.getPort());
    }

    // RFC 5952, section 4.2: the longest run of zeros, of several the first.
    private static String shortened(String ip) {
        return ZEROS.matcher(ip)
                .results()
                .max(Comparator.comparingInt(zeros -> zeros.end() - zeros.start()))
                .map(zeros -> ip.substring(0, zeros.start()) + "::" + ip.substring(zeros.end()))
                .orElse(ip)
                .replaceAll(":{3,}", "::");
    }

    private static String text(String host, int port) {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    private static int port(String property, String text, String port) {
        if (port.isEmpty()) {
            throw new ConfigException(property, text, "has no port; " + FORM);
        }
        if (port.length() > 5 || !port.chars().allMatch(c -> c >= '0' && c <= '9') || Integer.parseInt(port) > 65_535) {
            throw new ConfigException(property, text, PORT);
        }
        return Integer.parseInt(port);
    }

    /**
     * Looks the host up. May block for as long as the system's resolver does.
     *
     * @throws UnknownHostException when there is no such host; the message names it
     */
    public InetSocketAddress resolve() throws UnknownHostException {
        return resolveAll().get(0);
    }

    /**
     * Looks the host up. May block for as long as the system's resolver does.
     *
     * @return all its addresses, at least one, in the order of the resolver
     * @throws UnknownHostException when there is no such host; the message names it
     */
    public List<InetSocketAddress> resolveAll() throws UnknownHostException {
        try {
            return Arrays.stream(InetAddress.getAllByName(host))
                    .map(address -> new InetSocketAddress(address, port))
                    .toList();
        } catch (UnknownHostException e) {
            UnknownHostException readable = new UnknownHostException("unknown host: " + host);
            readable.initCause(e);
            throw readable;
        }
    }

    /** The form that {@link #parse} reads. */
    @Override
    public String toString() {
        return text(host, port);
    }
}
