package io.quicpool.config;

/**
 * Which pool a message is about: its kind and its name, such as {@code client orders}. Messages begin with it, so that a client pool
 * and a server pool of one name can be told apart in the log.
 *
 * @param kind {@code client} or {@code server}
 * @param name the pool's name
 */
public record PoolLabel(String kind, String name) {

    /**
     * The label of a client pool.
     *
     * @param name the pool's name
     * @return the label
     */
    public static PoolLabel client(String name) {
        return new PoolLabel("client", name);
    }

    /**
     * The label of a server pool.
     *
     * @param name the pool's name
     * @return the label
     */
    public static PoolLabel server(String name) {
        return new PoolLabel("server", name);
    }

    /** The label as messages begin, such as {@code client orders}. */
    @Override
    public String toString() {
        return kind + " " + name;
    }
}
