package io.quicpool.config;

import java.util.Locale;

/** Whether a server pool asks its clients for a certificate (mutual TLS; RFC 8446, section 4.3.2). */
public enum ClientAuth {
    /** It does not ask. */
    NONE,
    /** It asks; a client that shows none is served all the same, one that shows a wrong one is not. */
    WANT,
    /** It asks, and serves no client without a certificate that it trusts. */
    NEED;

    /**
     * The name as it is written in configurations.
     *
     * @return such as {@code need}
     */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a name, in any case.
     *
     * @param text such as {@code need}
     * @return what it names
     * @throws ConfigException when it names none
     */
    public static ClientAuth parse(String text) {
        String wanted = text.strip().toLowerCase(Locale.ROOT);
        for (ClientAuth each : values()) {
            if (wanted.equals(each.text())) {
                return each;
            }
        }
        throw new ConfigException("client-auth", text, "must be none, want or need");
    }
}
