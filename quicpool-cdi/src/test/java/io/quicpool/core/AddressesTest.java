package io.quicpool.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.ServerPool;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.transport.Connection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Which of a target's addresses an attempt tries. */
class AddressesTest {

    private static final InetSocketAddress A = new InetSocketAddress(1);
    private static final InetSocketAddress B = new InetSocketAddress(2);
    private static final InetSocketAddress C = new InetSocketAddress(3);

    private final List<InetSocketAddress> tried = new ArrayList<>();
    private List<InetSocketAddress> answer = List.of(A, B);

    private final Addresses addresses = new Addresses(() -> answer);

    private void fails() {
        assertThatThrownBy(() -> addresses.connect(address -> {
                    tried.add(address);
                    throw new IOException("nobody there");
                }))
                .hasMessage("nobody there");
    }

    @Test
    void eachAttemptAfterAFailureTriesTheNext() {
        fails();
        fails();
        fails();
        assertThat(tried).containsExactly(A, B, A);
        answer = List.of(C);
        fails();
        answer = List.of(A, B, C);
        fails();
        assertThat(tried.subList(3, 5)).containsExactly(C, B);
    }

    @Test
    void oneThatWorkedIsTriedFirstTheNextTime() throws Exception {
        try (Pools pools = new Pools();
                RawPeer raw = new RawPeer()) {
            ServerPool server = pools.server(s -> s);
            InetSocketAddress dead = new InetSocketAddress(server.localAddress().getAddress(), Pools.freePort());
            Addresses both = new Addresses(() -> List.of(dead, server.localAddress()));
            assertThatThrownBy(() -> both.connect(raw::connect)).hasMessageContaining("nobody listens there");
            for (int i = 0; i < 2; i++) {
                assertThat(both.connect(raw::connect).remoteAddress()).isEqualTo(server.localAddress());
            }
            await().until(() -> server.snapshot().peers().size() == 2);
        }
    }

    @Test
    void aNameThatIsNotFoundOrNotLookedUpIsAFailure() {
        Addresses unknown = new Addresses(() -> {
            throw new UnknownHostException("unknown host: nowhere");
        });
        assertThatThrownBy(() -> unknown.connect(AddressesTest::never)).hasMessage("unknown host: nowhere");
        Addresses unresolved = new Addresses(() -> List.of(InetSocketAddress.createUnresolved("nowhere", 1)));
        assertThatThrownBy(() -> unresolved.connect(AddressesTest::never))
                .hasMessageContaining("not resolved: nowhere");
    }

    private static Connection never(InetSocketAddress address) {
        throw new AssertionError(Objects.requireNonNull(address));
    }
}
