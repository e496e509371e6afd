package io.quicpool.config;

import java.util.Locale;

/** Whether a server pool asks its clients for a certificate (mutual TLS; RFC 8446, section 4.3.2). Later versions may add values. */
public enum ClientAuth {
    /** It does not ask. */
    NONE,
    /** It asks. A client without a certificate is accepted, a client with a certificate that is not trusted is refused. */
    WANT,
    /** It asks, and refuses a client without a trusted certificate. */
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
     * @throws ConfigException when there is no such name
     */
    public static ClientAuth parse(String text) {
        return PoolOptions.CLIENT_AUTH.parse(text);
    }
}
