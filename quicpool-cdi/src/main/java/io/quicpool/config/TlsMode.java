package io.quicpool.config;

import java.util.Locale;

/**
 * How a client pool checks the server's certificate. The numbers are those of the Go package NodePassProject/quic. Later versions
 * may add values.
 */
public enum TlsMode {
    /** Mode 0, {@code insecure}: no check at all. Anybody on the path can read and change the data. */
    INSECURE(0),
    /**
     * Mode 1, {@code self-signed}: the certificate is pinned, by its SHA-256 fingerprint when one is given, otherwise on
     * first use; any other certificate is refused from then on. Host name and issuer do not matter.
     */
    SELF_SIGNED(1),
    /** Mode 2, {@code verified}: the chain must lead to a trusted issuer, and the certificate must have the server name. */
    VERIFIED(2);

    private final int code;

    TlsMode(int code) {
        this.code = code;
    }

    /**
     * The number of the mode.
     *
     * @return 0, 1 or 2
     */
    public int code() {
        return code;
    }

    /**
     * The name of the mode as it is written in configurations.
     *
     * @return such as {@code self-signed}
     */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Reads a mode by its number or its name, in any case.
     *
     * @param text such as {@code 2} or {@code verified}
     * @throws ConfigException when there is no such mode
     */
    public static TlsMode parse(String text) {
        String wanted = text.strip().toLowerCase(Locale.ROOT);
        for (TlsMode mode : values()) {
            if (wanted.equals(mode.text()) || wanted.equals(Integer.toString(mode.code))) {
                return mode;
            }
        }
        throw new ConfigException(
                "tls-mode", text, "must be 0 (insecure), 1 (self-signed) or 2 (verified), by number or by name");
    }
}
