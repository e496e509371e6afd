package io.quicpool.config;

/**
 * The kind and the name of a pool, such as {@code client orders}. Messages begin with it, so that the log distinguishes a client
 * pool and a server pool with the same name.
 *
 * @param kind {@code client} or {@code server}
 * @param name the pool's name
 */
public record PoolLabel(String kind, String name) {

    /** The label of a client pool. */
    public static PoolLabel client(String name) {
        return new PoolLabel("client", name);
    }

    /** The label of a server pool. */
    public static PoolLabel server(String name) {
        return new PoolLabel("server", name);
    }

    /** The label at the start of messages, such as {@code client orders}. */
    @Override
    public String toString() {
        return kind + " " + name;
    }
}
