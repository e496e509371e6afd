package io.quicpool.core.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.ServerPool;
import io.quicpool.testing.FakeConnection;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.transport.Connection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which address of a target an attempt tries. */
class AddressesTest {

    private static final InetSocketAddress A = new InetSocketAddress(1);
    private static final InetSocketAddress B = new InetSocketAddress(2);
    private static final InetSocketAddress C = new InetSocketAddress(3);

    private final List<InetSocketAddress> tried = new ArrayList<>();
    private List<InetSocketAddress> answer = List.of(A, B);

    private long now;

    private final Addresses addresses = new Addresses(() -> answer, () -> now);

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

    /** Holds for any order and size of answers. */
    @ParameterizedTest
    @ValueSource(strings = {"rotating", "reversed", "one", "shrinking", "shuffled", "doubled"})
    void allAreTriedBeforeOneIsTriedAgain(String answers) {
        List<InetSocketAddress> all = IntStream.rangeClosed(1, 7)
                .mapToObj(port -> new InetSocketAddress(port % 2 == 0 ? "127.0.0.1" : "::1", port))
                .toList();
        Random random = new Random(42);
        for (int round = 0; round < 7 * 5; round++) {
            List<InetSocketAddress> next = new ArrayList<>(all);
            switch (answers) {
                case "rotating" -> Collections.rotate(next, round);
                case "reversed" -> Collections.reverse(next);
                // All of them are seen only after as many answers.
                case "one" -> next = List.of(all.get(round % 7));
                case "shrinking" -> next = round % 2 == 0 ? next : next.subList(round % 5, 7);
                case "doubled" -> next.addAll(all);
                default -> Collections.shuffle(next, random);
            }
            answer = next;
            fails();
        }
        assertThat(tried.subList(0, 7)).doesNotHaveDuplicates();
        for (InetSocketAddress each : all) {
            assertThat(Collections.frequency(tried, each)).isBetween(4, 6);
        }
    }

    @Test
    void aLookUpThatRotatesWithTheFailuresDoesNotKeepChoosingTheSame() throws Exception {
        InetSocketAddress good = B;
        for (int round = 0; round < 23; round++) {
            answer = round % 2 == 0 ? List.of(A, good) : List.of(good, A);
            if (round == 0) {
                fails();
            } else {
                FakeConnection made = new FakeConnection();
                assertThat(addresses.connect(address -> {
                            tried.add(address);
                            return made;
                        }))
                        .isSameAs(made);
            }
        }
        assertThat(tried.subList(1, 23)).containsOnly(good);
    }

    @Test
    void aFailureIsForgottenWhenAnotherHasServedForLong() {
        fails();
        addresses.verified(B);
        assertThat(next()).isEqualTo(B);
        now += Addresses.FAILURE_EXPIRY.toNanos() + 1;
        assertThat(next()).isEqualTo(A);
        // While all addresses fail, no failure expires: else the next address would never be tried.
        addresses.failed(A);
        now += Addresses.FAILURE_EXPIRY.toNanos() + 1;
        assertThat(next()).isEqualTo(B);
    }

    @Test
    void failuresAreRememberedOfSoManyAddressesOnly() {
        for (int port = 1; port <= Addresses.MAX_ADDRESSES + 1; port++) {
            answer = List.of(new InetSocketAddress(port));
            fails();
        }
        answer = List.of(new InetSocketAddress(2), new InetSocketAddress(1));
        assertThat(next()).isEqualTo(new InetSocketAddress(1));
    }

    @Test
    void aPauseIsDueWhenAllHaveFailed() {
        answer = List.of(A, B, A, C);
        fails();
        assertThat(addresses.exhausted()).isFalse();
        fails();
        assertThat(addresses.exhausted()).isFalse();
        fails();
        assertThat(addresses.exhausted()).isTrue();
        fails();
        assertThat(addresses.exhausted()).isFalse();
        // An empty answer has no other address to try.
        answer = List.of();
        assertThatThrownBy(() -> addresses.connect(AddressesTest::never)).hasMessage("the resolver gave no address");
        assertThat(addresses.exhausted()).isTrue();
    }

    @Test
    void answersThatAreAlwaysNewArePausedForToo() {
        int withoutPause = 0;
        for (int round = 1; round <= 100; round++) {
            answer = List.of(new InetSocketAddress(2 * round), new InetSocketAddress(2 * round + 1));
            fails();
            withoutPause = addresses.exhausted() ? 0 : withoutPause + 1;
            assertThat(withoutPause).isLessThan(20);
        }
    }

    private InetSocketAddress next() {
        AtomicReference<InetSocketAddress> chosen = new AtomicReference<>();
        try {
            addresses.connect(address -> {
                chosen.set(address);
                return new FakeConnection();
            });
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
        return chosen.get();
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
