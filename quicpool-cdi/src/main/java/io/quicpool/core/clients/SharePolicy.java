package io.quicpool.core.clients;

import java.util.Arrays;

/** How a server pool shares its capacity: how many idle streams each client may hold, and its stream credit. Pure functions. */
final class SharePolicy {

    /**
     * The least credit of a client when streams in use count too, if the capacity is not smaller. It was measured to
     * withstand a hostile client (docs/netty.md).
     */
    static final int MIN_CREDIT_WITH_USED = 256;

    /** A client over Netty keeps one stream that it uses instead of PING frames. */
    static final int PING_STREAMS = 1;

    private SharePolicy() {}

    /**
     * The max-min fair share of a server's capacity for each demanding client, one that wants all it can get.
     *
     * @param smallDemands the idle streams of each client that wants less; the demanding ones share the rest
     * @param demanding how many clients are demanding
     */
    static int share(int capacity, int[] smallDemands, int demanding) {
        int[] ascending = smallDemands.clone();
        Arrays.sort(ascending);
        int left = capacity;
        int clients = smallDemands.length + demanding;
        for (int each : ascending) {
            if ((long) each * clients > left) {
                break;
            }
            left -= each;
            clients--;
        }
        return Math.max(1, left / Math.max(1, clients));
    }

    /** How many streams a client may have open that are not in use: its share, up to the bound. */
    static int credit(int share, int bound) {
        return Math.min(bound, share + PING_STREAMS);
    }

    /** How many streams a client may have open when those in use count too. */
    static int creditWithUsed(int share, int capacity) {
        return Math.max(share, Math.min(capacity, MIN_CREDIT_WITH_USED)) + PING_STREAMS;
    }
}
