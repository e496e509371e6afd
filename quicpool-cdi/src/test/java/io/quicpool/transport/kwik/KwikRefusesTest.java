package io.quicpool.transport.kwik;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quicpool.config.ClientAuth;
import io.quicpool.config.ConfigException;
import io.quicpool.config.CongestionControl;
import io.quicpool.config.TrustMaterial;
import io.quicpool.testing.Pools;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What netty can do and kwik refuses. */
class KwikRefusesTest {

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    @Test
    void kwikSaysThatItCannotAsk() {
        assertThatThrownBy(() -> pools.server(
                        s -> s.transport("kwik").clientAuth(ClientAuth.NEED).clientTrust(TrustMaterial.jdk())))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "server server: client-auth = need: must be none with transport = kwik, which cannot ask a client"
                                + " for its certificate; netty can");
        assertThatThrownBy(() -> pools.server(s -> s.transport("kwik").congestionControl(CongestionControl.BBR)))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "server server: congestion-control = bbr: must not be set with transport = kwik, which has no"
                                + " choice; netty has");
    }
}
