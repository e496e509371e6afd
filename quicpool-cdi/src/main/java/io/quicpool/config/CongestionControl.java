package io.quicpool.config;

import java.util.Locale;

/** The algorithm for congestion control. It applies to what this side sends. Later versions may add values. */
public enum CongestionControl {
    /** CUBIC (RFC 9438). */
    CUBIC,
    /** New Reno (RFC 9002, section 7). */
    RENO,
    /** BBR, which follows the measured rate rather than loss. */
    BBR;

    /**
     * The name as it is written in configurations.
     *
     * @return such as {@code cubic}
     */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a name, in any case.
     *
     * @param text such as {@code cubic}
     * @throws ConfigException when there is no such name
     */
    public static CongestionControl parse(String text) {
        return PoolOptions.CONGESTION_CONTROL.parse(text);
    }
}
