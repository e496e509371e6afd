package io.quicpool.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quicpool.testing.RawPeer;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.Provider;
import java.security.Security;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which datagrams the gate admits. Whole handshakes are in ServerProtocolTest and in the module faults. */
class GateTest {

    private static final InetSocketAddress CLIENT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4433);

    /** Records what the gate ignores. */
    private static final class Told implements ListenerEvents {
        private final List<Ignored> ignored = new ArrayList<>();
        private boolean welcome = true;
        private @Nullable Runnable failure;

        private final List<Connection> connected = new ArrayList<>();

        @Override
        public ConnectionEvents connected(Connection connection) {
            if (failure != null) {
                failure.run();
            }
            connected.add(connection);
            return EngineEvents.REJECT_ALL;
        }

        @Override
        public boolean wouldAccept(InetSocketAddress client) {
            return welcome;
        }

        @Override
        public void ignored(InetSocketAddress client, Ignored why) {
            ignored.add(why);
        }
    }

    private final Told told = new Told();

    // As much of an Initial packet as can be read without keys (RFC 9000, section 17.2.2).
    private static ByteBuffer initial(int id, byte[] token, int size) {
        ByteBuffer bytes = ByteBuffer.allocate(size);
        bytes.put((byte) 0xc3).putInt(1);
        bytes.put((byte) 8).putLong(id);
        bytes.put((byte) 0)
                .put((byte) (0x40 | token.length >> 8))
                .put((byte) token.length)
                .put(token);
        return bytes.clear();
    }

    private static ByteBuffer initial(int id) {
        return initial(id, new byte[0], 1200);
    }

    private static byte[] id(int id) {
        return ByteBuffer.allocate(Long.BYTES).putLong(id).array();
    }

    /** Records what the engine is asked to do. */
    private static final class Asked implements Gate.Engine<String> {
        private final List<byte[]> sent = new ArrayList<>();
        private final List<String> givenUp = new ArrayList<>();
        private boolean sound = true;
        private int read;

        @Override
        public boolean isSound(ByteBuffer datagram, byte[] id) {
            read++;
            return sound;
        }

        @Override
        public void send(byte[] datagram, InetSocketAddress client) {
            sent.add(datagram);
        }

        @Override
        public void giveUp(String connection) {
            givenUp.add(connection);
        }
    }

    private final Asked asked = new Asked();

    private long now = Long.MAX_VALUE - 1000;

    private Gate<String> gate(int most, boolean retry) {
        return new Gate<>(told, most, retry, asked, () -> now);
    }

    // Connections that were closed.
    private final List<Object> closed = new ArrayList<>();

    private Connection connect(int id, Gate<String> gate) {
        Connection connection = (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("close");
                    closed.add(arguments[1]);
                    return null;
                });
        assertThat(gate.connected(id(id), connection)).isNotNull();
        return connection;
    }

    /** Otherwise an engine could do without a gate. */
    @Test
    void thePoolGetsOnlyConnectionsWhoseHandshakeTheGateHasAdmitted() {
        Gate<String> gate = gate(2, false);
        assertThat(gate.admits(initial(1), CLIENT)).isTrue();
        connect(2, gate);
        assertThat(told.connected).isEmpty();
        assertThat(closed).hasSize(1);
        connect(1, gate);
        assertThat(told.connected).hasSize(1);
        assertThat(closed).hasSize(1);
    }

    /** Otherwise it would stay open although no pool knows it. */
    @Test
    void aConnectionThatThePoolFailsToTakeIsClosed() {
        Gate<String> gate = gate(2, false);
        Runnable exception = () -> {
            throw new IllegalStateException("for the test");
        };
        Runnable error = () -> {
            throw new StackOverflowError("for the test");
        };
        int id = 0;
        for (Runnable failure : List.of(exception, error)) {
            told.failure = failure;
            assertThat(gate.admits(initial(++id), CLIENT)).isTrue();
            connect(id, gate);
            assertThat(told.connected).isEmpty();
            assertThat(closed).hasSize(id).containsOnly("internal error");
        }
    }

    /** With one for each connection, nothing would limit the number of handshakes. */
    @Test
    void aListenerHasOneGate() {
        Gate.Factory gates = new Gate.Factory(RawPeer.listenSpec("one-gate", 0, 10, s -> s), told);
        assertThat(gates.make(asked)).isNotNull();
        assertThatThrownBy(() -> gates.make(asked)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anAdmittedHandshakeBringsOneConnection() {
        Gate<String> gate = gate(2, false);
        assertThat(gate.admits(initial(1), CLIENT)).isTrue();
        connect(1, gate);
        connect(1, gate);
        assertThat(told.connected).hasSize(1);
        assertThat(closed).hasSize(1);
    }

    @Test
    void aConnectionThatCompletesAfterItsTimeIsClosed() {
        Gate<String> gate = gate(2, false);
        assertThat(gate.admits(initial(1), CLIENT)).isTrue();
        now += Gate.HANDSHAKE_TIMEOUT.toNanos();
        gate.sweep();
        connect(1, gate);
        assertThat(told.connected).isEmpty();
        assertThat(closed).containsExactly("the handshake took too long");
    }

    /** An engine may be behind with the first packets. Nothing else would limit how long it keeps such a connection. */
    @Test
    void aConnectionThatIsMadeAfterItsTimeIsGivenUp() {
        Gate<String> gate = gate(2, false);
        assertThat(gate.admits(initial(1), CLIENT)).isTrue();
        now += Gate.HANDSHAKE_TIMEOUT.toNanos();
        gate.sweep();
        assertThat(gate.created(id(1), "late")).isNull();
        assertThat(asked.givenUp).containsExactly("late");
    }

    /** The JDK's clock may begin anywhere. */
    @Test
    void refusedClientsLearnTheReasonAgainAfterASecondWhateverTheClockSays() {
        now = Long.MIN_VALUE / 2;
        Gate<String> gate = gate(100, false);
        told.welcome = false;
        for (int i = 0; i < 20; i++) {
            gate.admits(initial(i), CLIENT);
        }
        now += TimeUnit.SECONDS.toNanos(2);
        assertThat(gate.admits(initial(100), CLIENT)).isTrue();
    }

    @Test
    void aSlowHandshakeIsEndedEvenIfNoOtherClientConnects() {
        Gate<String> gate = gate(2, false);
        assertThat(gate.admits(initial(1), CLIENT)).isTrue();
        gate.created(id(1), "slow");
        now += Gate.HANDSHAKE_TIMEOUT.toNanos() - 1;
        gate.sweep();
        assertThat(gate.pending()).isOne();
        now++;
        gate.sweep();
        assertThat(gate.pending()).isZero();
        assertThat(told.ignored).containsExactly(ListenerEvents.Ignored.SLOW);
        assertThat(asked.givenUp).containsExactly("slow");
    }

    @Test
    void theIdOfAHandshakeIsOfNoUseElsewhere() {
        Gate<String> gate = gate(2, false);
        assertThat(gate.admits(initial(1), CLIENT)).isTrue();
        assertThat(gate.admits(initial(1), new InetSocketAddress(CLIENT.getAddress(), 4434)))
                .isFalse();
        assertThat(told.ignored).containsExactly(ListenerEvents.Ignored.MOVED);
        assertThat(gate.admits(initial(1), CLIENT)).isTrue();
    }

    /** An engine would keep each piece for half a minute. */
    @Test
    void aHelloThatNeverBecomesWholeIsNotKeptWithoutEnd() {
        Gate<String> gate = gate(2, false);
        int admitted = 0;
        for (int i = 0; i < 1000; i++) {
            admitted += gate.admits(initial(1), CLIENT) ? 1 : 0;
        }
        assertThat(admitted).isBetween(4, 20);
        assertThat(told.ignored).contains(ListenerEvents.Ignored.DROPPED);
        // Once there is a connection, the engine itself has the limits.
        gate.created(id(1), "made");
        assertThat(gate.admits(initial(1), CLIENT)).isTrue();
    }

    /** Asking the JDK for a cipher or a MAC takes longer than everything else that a packet costs the receiving thread. */
    @Test
    void eachRetryPacketIsSealed() {
        Gate<String> gate = gate(8, true);
        Lookups jdk = new Lookups();
        Security.insertProviderAt(jdk, 1);
        try {
            for (int i = 0; i < 3; i++) {
                assertThat(gate.admits(initial(7), CLIENT)).isFalse();
                assertThat(gate.admits(initial(7, new byte[40], 1200), CLIENT)).isFalse();
            }
        } finally {
            Security.removeProvider(jdk.getName());
        }
        assertThat(asked.sent).hasSize(6).allSatisfy(packet -> assertThat(packet[0])
                .isEqualTo((byte) 0xff));
        assertThat(jdk.asked).isEmpty();
    }

    /** A provider without services, which records what this thread asks the JDK for. */
    private static final class Lookups extends Provider {

        private static final long serialVersionUID = 1;

        private final transient Thread mine = Thread.currentThread();
        private final transient List<String> asked = new ArrayList<>();

        private Lookups() {
            super("lookups", "1", "of a test");
        }

        @Override
        public @Nullable Service getService(String type, String algorithm) {
            if (Thread.currentThread() == mine) {
                asked.add(type + " " + algorithm);
            }
            return null;
        }
    }

    /** An unknown client must not make an engine read what it cannot read safely, nor take a place for a handshake with that. */
    @Test
    void aPacketThatTheEngineCannotReadSafelyStartsNoHandshake() {
        Gate<String> gate = gate(1, false);
        asked.sound = false;
        assertThat(gate.admits(initial(1), CLIENT)).isFalse();
        assertThat(gate.pending()).isZero();
        asked.sound = true;
        assertThat(gate.admits(initial(1), CLIENT)).isTrue();
        asked.sound = false;
        assertThat(gate.admits(initial(1), CLIENT)).isFalse();
        assertThat(told.ignored).containsExactly(ListenerEvents.Ignored.MALFORMED, ListenerEvents.Ignored.MALFORMED);
        // The connection checks what comes from now on.
        gate.created(id(1), "made");
        assertThat(gate.admits(initial(1), CLIENT)).isTrue();
    }

    /** It takes the engine some 100 microseconds to find out that it cannot read a packet, while connected clients wait. */
    @Test
    void aFloodOfUnreadablePacketsIsNotRead() {
        Gate<String> gate = gate(2, false);
        asked.sound = false;
        for (int i = 0; i < 20_000; i++) {
            assertThat(gate.admits(initial(i), CLIENT)).isFalse();
            now += 50_000;
        }
        // In a second.
        assertThat(asked.read).isBetween(500, 600);
        assertThat(told.ignored).hasSize(asked.read).containsOnly(ListenerEvents.Ignored.MALFORMED);
        // An honest client proves its address meanwhile.
        int before = asked.read;
        gate.admits(initial(1), CLIENT);
        gate.admits(initial(2), CLIENT);
        assertThat(asked.read).isLessThan(before + 2);
        asked.sound = true;
        ByteBuffer second = withToken(7, gate);
        now += TimeUnit.SECONDS.toNanos(1);
        assertThat(gate.admits(second, CLIENT)).isTrue();
        assertThat(gate.pending()).isOne();
        // The engine must know that, also after the flood.
        assertThat(gate.created(idOf(second), "second")).isNotNull();
        assertThat(gate.admits(initial(8), CLIENT)).isTrue();
    }

    @Test
    void anUnreadablePacketWithATokenTakesThePlaceOfAHandshake() {
        Gate<String> gate = gate(2, true);
        asked.sound = false;
        for (int i = 0; i < 1000; i++) {
            assertThat(gate.admits(withToken(i, gate), CLIENT)).isFalse();
        }
        assertThat(asked.read).isEqualTo(2);
        now += Gate.HANDSHAKE_TIMEOUT_WHEN_FULL.toNanos();
        asked.sound = true;
        assertThat(gate.admits(withToken(1000, gate), CLIENT)).isTrue();
    }

    // The first packet of a client that has been sent a Retry packet.
    private ByteBuffer withToken(int id, Gate<String> gate) {
        int before = asked.sent.size();
        assertThat(gate.admits(initial(id), CLIENT)).isFalse();
        assertThat(asked.sent).hasSize(before + 1);
        ByteBuffer retry = ByteBuffer.wrap(asked.sent.get(before));
        assertThat(retry.get() & 0xf0).isEqualTo(0xf0);
        assertThat(retry.getInt()).isEqualTo(1);
        retry.position(retry.position() + 1 + retry.get(retry.position()));
        byte[] retryId = new byte[retry.get()];
        retry.get(retryId);
        byte[] given = new byte[retry.remaining() - 16];
        retry.get(given);
        return initial(0, given, 1200).put(6, retryId);
    }

    private static byte[] idOf(ByteBuffer initial) {
        byte[] id = new byte[Long.BYTES];
        initial.get(6, id);
        return id;
    }

    @Test
    void handshakesUnderWayAreLimited() {
        Gate<String> gate = gate(2, false);
        assertThat(gate.admits(initial(1), CLIENT)).isTrue();
        assertThat(gate.admits(initial(2), CLIENT)).isTrue();
        assertThat(gate.admits(initial(3), CLIENT)).isFalse();
        // A retransmission, or the second datagram of a long ClientHello.
        assertThat(gate.admits(initial(1), CLIENT)).isTrue();
        assertThat(gate.pending()).isEqualTo(2);
        assertThat(told.ignored).containsExactly(ListenerEvents.Ignored.BUSY);
        connect(1, gate);
        gate.ended(id(1), "");
        assertThat(gate.admits(initial(3), CLIENT)).isTrue();
        assertThat(gate.pending()).isEqualTo(2);
        assertThat(gate.admits(initial(4), CLIENT)).isFalse();
    }

    /** The engine has forgotten the connection, and would start another that nobody has counted. */
    @Test
    void lateDatagramsOfAnEndedHandshakeAreDropped() {
        Gate<String> gate = gate(1, false);
        gate.admits(initial(1), CLIENT);
        gate.alias(id(1), id(11));
        connect(1, gate);
        assertThat(gate.admits(initial(1), CLIENT)).isTrue();
        gate.ended(id(1), "");
        assertThat(gate.admits(initial(1), CLIENT)).isFalse();
        assertThat(gate.admits(initial(11), CLIENT)).isFalse();
        assertThat(gate.pending()).isZero();
        assertThat(told.ignored).isEmpty();
        assertThat(gate.admits(initial(2), CLIENT)).isTrue();
    }

    /** RFC 9000, section 17.2: a packet without the fixed bit is invalid. quiche does not check it. */
    @Test
    void aPacketWithoutTheFixedBitStartsNoHandshake() {
        Gate<String> gate = gate(1, false);
        for (int first = 0x80; first < 0x90; first++) {
            assertThat(gate.admits(initial(1).put(0, (byte) first), CLIENT)).isFalse();
        }
        assertThat(gate.pending()).isZero();
        assertThat(told.ignored).hasSize(16).containsOnly(ListenerEvents.Ignored.MALFORMED);
    }

    @Test
    void aFailedHandshakeIsReportedOnce() {
        Gate<String> gate = gate(2, false);
        gate.admits(initial(1), CLIENT);
        assertThat(gate.created(id(1), "first")).isNull();
        gate.alias(id(1), id(11));
        gate.ended(id(11), "");
        gate.ended(id(1), "");
        assertThat(told.ignored).containsExactly(ListenerEvents.Ignored.FAILED);
        assertThat(gate.pending()).isZero();
        assertThat(asked.givenUp).isEmpty();
    }

    @Test
    void aDatagramThatStartsNoHandshakeIsPassedOnOrDropped() {
        Gate<String> gate = gate(1, false);
        ByteBuffer any = ByteBuffer.allocate(1200);
        for (int first = 0; first < 0xc0; first++) {
            any.put(0, (byte) first);
            assertThat(gate.admits(any, CLIENT)).isTrue();
        }
        // Too small for a first packet; a truncated header; a connection id that is too long.
        assertThat(gate.admits(initial(1, new byte[0], 1199), CLIENT)).isFalse();
        for (int length = 8; length < 16; length++) {
            assertThat(gate.admits(initial(1).limit(length), CLIENT)).isFalse();
        }
        assertThat(gate.admits(initial(1).put(5, (byte) 21), CLIENT)).isFalse();
        assertThat(gate.pending()).isZero();
        assertThat(told.ignored).hasSize(10).containsOnly(ListenerEvents.Ignored.MALFORMED);
    }

    @Test
    void mostClientsThatWouldBeRefusedAreIgnored() {
        Gate<String> gate = gate(100, false);
        told.welcome = false;
        int admitted = 0;
        for (int i = 0; i < 50; i++) {
            admitted += gate.admits(initial(i), CLIENT) ? 1 : 0;
        }
        // Five a second, and the test may touch two seconds.
        assertThat(admitted).isBetween(5, 10);
        assertThat(told.ignored).hasSize(50 - admitted).containsOnly(ListenerEvents.Ignored.UNWELCOME);
    }

    @Test
    void aClientWithoutATokenGetsOneAndNothingIsKept() {
        Gate<String> gate = gate(1, true);
        ByteBuffer second = withToken(7, gate);
        assertThat(gate.pending()).isZero();
        assertThat(told.ignored).isEmpty();
        assertThat(gate.admits(second, CLIENT)).isTrue();
        assertThat(gate.pending()).isOne();
        Gate.Proof proof = Objects.requireNonNull(gate.created(idOf(second), "second"));
        assertThat(proof.firstId()).isEqualTo(id(7));
        assertThat(proof.token()).endsWith(id(7));
    }
}
