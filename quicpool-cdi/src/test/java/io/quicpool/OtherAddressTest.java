package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.Endpoint;
import io.quicpool.config.TargetResolver;
import io.quicpool.config.TlsMode;
import io.quicpool.testing.LogOf;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client leaves an address that does not serve it, and reports why. */
class OtherAddressTest {

    private final Pools pools = new Pools();
    private final LogOf log = new LogOf("io.quicpool", Level.WARNING);

    @AfterEach
    void close() {
        pools.close();
        log.close();
    }

    private List<String> warningsOfTheClient() {
        return log.lines().stream()
                .filter(each -> each.startsWith("client client: "))
                .toList();
    }

    private ClientPool client(TargetResolver resolver) {
        return client(resolver, SOON);
    }

    private ClientPool client(TargetResolver resolver, Duration idTimeout) {
        return pools.keep(QuicPools.open(ClientPoolConfig.builder()
                .name("client")
                .transport(Pools.CLIENT_ENGINE)
                .target("peer:1")
                .resolver(resolver)
                .tlsMode(TlsMode.SELF_SIGNED)
                .fingerprint(Pools.CERTIFICATE.fingerprint())
                .capacity(2, 2)
                .connectTimeout(SOON)
                .idTimeout(idTimeout)
                .build()));
    }

    // In rotation, like the answers of a name server.
    private static TargetResolver rotating(InetSocketAddress... addresses) {
        AtomicInteger turn = new AtomicInteger();
        return target -> List.of(addresses[turn.getAndIncrement() % addresses.length]);
    }

    private ServerPool full(int port) {
        ServerPool server = pools.server(s -> s.name("full").maxConnections(1), "127.0.0.2:" + port);
        ClientPool first =
                pools.client("127.0.0.2:" + port, c -> c.name("first").capacity(1, 1));
        await().until(first::ready);
        return server;
    }

    private static void assertServedBy(ServerPool server, ClientPool client) {
        await().until(client::ready);
        assertThat(client.snapshot().peers()).singleElement().satisfies(peer -> assertThat(peer.remote())
                .isEqualTo(server.localAddress()));
    }

    @Test
    void leavesAFullServer() {
        ServerPool full = full(Pools.freePort());
        ServerPool free = pools.server(s -> s, "127.0.0.3:" + Pools.freePort());
        InetSocketAddress dead = new InetSocketAddress("127.0.0.4", Pools.freePort());
        ClientPool client = client(rotating(full.localAddress(), dead, free.localAddress()));
        assertServedBy(free, client);
        assertThat(warningsOfTheClient())
                .hasSizeLessThan(5)
                .doesNotHaveDuplicates()
                .anyMatch(text -> text.contains(
                        Endpoint.text(full.localAddress()) + ": closed by the peer: too many connections"))
                .anyMatch(text -> text.contains(Endpoint.text(dead) + ": nobody listens there"));
        // It is ready: what kept it from that is over.
        await().untilAsserted(() -> assertThat(client.snapshot().lastError()).isNull());
    }

    @Test
    void leavesAServerThatDoesNotAllowIt() {
        ServerPool closed = pools.server(s -> s.allowClient("10.0.0.1"), "127.0.0.2:" + Pools.freePort());
        ServerPool open = pools.server(s -> s, "127.0.0.3:" + Pools.freePort());
        assertServedBy(open, client(rotating(closed.localAddress(), open.localAddress())));
    }

    @Test
    void leavesAPeerThatGivesNoId() throws Exception {
        try (RawPeer raw = new RawPeer()) {
            InetSocketAddress mute = raw.listen(100).localAddress();
            ServerPool server = pools.server(s -> s, "127.0.0.3:" + Pools.freePort());
            assertServedBy(server, client(rotating(mute, server.localAddress()), Duration.ofSeconds(1)));
            assertThat(warningsOfTheClient())
                    .anyMatch(text ->
                            text.contains("cannot connect to " + Endpoint.text(mute) + ": no id within 1000 ms"));
        }
    }

    /** The reason is logged once and kept as the last error, although streams fail for it too. */
    @Test
    void logsOnceWhyItIsRefused() {
        ServerPool full = full(Pools.freePort());
        ClientPool client = client(target -> List.of(full.localAddress()));
        String why = "cannot connect to " + Endpoint.text(full.localAddress())
                + ": closed by the peer: too many connections";
        await().until(() -> client.snapshot().totals().connects() >= 6);
        await().untilAsserted(() -> assertThat(client.snapshot().lastError()).isEqualTo(why));
        assertThat(client.ready()).isFalse();
        // A server answers only a few refused clients a second.
        assertThat(warningsOfTheClient())
                .contains("client client: " + why)
                .doesNotHaveDuplicates()
                .hasSizeLessThan(4);
    }

    @Test
    void logsAgainWhenTheReasonChanges() {
        ServerPool full = full(Pools.freePort());
        ClientPool client = client(target -> List.of(full.localAddress()));
        await().untilAsserted(() ->
                assertThat(warningsOfTheClient()).anyMatch(text -> text.contains("too many connections")));
        InetSocketAddress address = full.localAddress();
        pools.close(full);
        await().untilAsserted(() -> assertThat(warningsOfTheClient())
                .anyMatch(text -> text.contains(Endpoint.text(address) + ": nobody listens there")));
        List<String> all = new ArrayList<>(warningsOfTheClient());
        assertThat(all).doesNotHaveDuplicates();
        assertThat(client.snapshot().lastError()).contains("nobody listens there");
    }
}
