package io.quicpool.config;

/** What the addresses of a target's host are. Later versions may add values. */
public enum ResolveMode {
    /** The host is one target. Its addresses are tried one after the other. It is looked up at each attempt to connect. */
    FIRST,
    /** Each address is a target. The host is looked up again each {@code resolve-interval}. */
    ALL
}
