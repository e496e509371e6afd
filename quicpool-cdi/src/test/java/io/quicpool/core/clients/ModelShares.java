package io.quicpool.core.clients;

/** How a server pool shares its capacity, by the pool's own rules, for a model. */
public final class ModelShares {

    private ModelShares() {}

    /** How many idle streams each of so many clients may hold, if all want more. */
    public static int share(int capacity, int clients) {
        return SharePolicy.share(capacity, new int[0], clients);
    }
}
