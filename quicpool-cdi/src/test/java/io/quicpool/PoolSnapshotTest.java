package io.quicpool;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.PoolSnapshot.Peer;
import io.quicpool.config.Endpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class PoolSnapshotTest {

    /** Java writes a resolved address as {@code name/10.0.0.7:51000}. */
    @Test
    void aPeerShowsItsAddressesAsMessagesDo() throws Exception {
        byte[] ip = {10, 0, 0, 7};
        InetSocketAddress local = new InetSocketAddress(InetAddress.getByAddress("orders", ip), 51_000);
        Peer peer = new Peer(local, Endpoint.parse("target", "[::1]:4433").resolve());
        assertThat(peer).hasToString("Peer[local=10.0.0.7:51000, remote=[::1]:4433]");
    }
}
