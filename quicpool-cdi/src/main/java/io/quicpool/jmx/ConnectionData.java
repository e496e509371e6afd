package io.quicpool.jmx;

import io.quicpool.PoolSnapshot;
import io.quicpool.config.Endpoint;
import javax.management.ConstructorParameters;

/** A connection that is up. Not a record, which cannot be composite data before Java 21. */
public final class ConnectionData {

    private final String localAddress;
    private final String remoteAddress;

    /**
     * For JMX clients that use a proxy of the MXBean.
     *
     * @param localAddress this end
     * @param remoteAddress the other end
     */
    @ConstructorParameters({"localAddress", "remoteAddress"})
    public ConnectionData(String localAddress, String remoteAddress) {
        this.localAddress = localAddress;
        this.remoteAddress = remoteAddress;
    }

    static ConnectionData of(PoolSnapshot.Peer peer) {
        return new ConnectionData(Endpoint.text(peer.local()), Endpoint.text(peer.remote()));
    }

    /**
     * This end.
     *
     * @return {@code ADDRESS:PORT}
     */
    public String getLocalAddress() {
        return localAddress;
    }

    /**
     * The other end.
     *
     * @return {@code ADDRESS:PORT}
     */
    public String getRemoteAddress() {
        return remoteAddress;
    }
}
