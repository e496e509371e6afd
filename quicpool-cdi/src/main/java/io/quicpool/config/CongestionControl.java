package io.quicpool.config;

import java.util.Locale;

/** How fast a sender goes on after loss; only for what this side sends. */
public enum CongestionControl {
    /** CUBIC (RFC 9438). */
    CUBIC,
    /** New Reno (RFC 9002, section 7). */
    RENO,
    /** BBR, which goes by the measured rate rather than by loss. */
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
     * @return what it names
     * @throws ConfigException when it names none
     */
    public static CongestionControl parse(String text) {
        String wanted = text.strip().toLowerCase(Locale.ROOT);
        for (CongestionControl each : values()) {
            if (wanted.equals(each.text())) {
                return each;
            }
        }
        throw new ConfigException("congestion-control", text, "must be cubic, reno or bbr");
    }
}
