package io.quicpool.transport.kwik;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.ListenerEvents;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whom the gate lets pass, and what a token is good for. Whole handshakes are in ServerProtocolTest and in the module faults. */
class GateTest {

    private static final InetSocketAddress CLIENT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4433);
    private static final byte[] FIRST = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    private static final byte[] RETRY = {8, 7, 6, 5, 4, 3, 2, 1};

    private final RetryTokens tokens = new RetryTokens();
    private final byte[] token = tokens.issue(CLIENT, FIRST, RETRY, 0);

    @Test
    void aTokenGivesBackTheIdThatTheClientChoseFirst() {
        assertThat(tokens.validate(CLIENT, token, RETRY, 1)).isEqualTo(FIRST);
        assertThat(tokens.validate(CLIENT, token, RETRY, RetryTokens.VALID.toNanos()))
                .isEqualTo(FIRST);
    }

    @Test
    void aTokenIsForOneClientOneIdAndSomeSeconds() {
        InetSocketAddress otherPort = new InetSocketAddress(CLIENT.getAddress(), 4434);
        InetSocketAddress otherHost = new InetSocketAddress(address(127, 0, 0, 2), 4433);
        assertThat(tokens.validate(otherPort, token, RETRY, 1)).isNull();
        assertThat(tokens.validate(otherHost, token, RETRY, 1)).isNull();
        assertThat(tokens.validate(CLIENT, token, FIRST, 1)).isNull();
        assertThat(tokens.validate(CLIENT, token, RETRY, RetryTokens.VALID.toNanos() + 1))
                .isNull();
        assertThat(new RetryTokens().validate(CLIENT, token, RETRY, 1)).isNull();
    }

    @Test
    void aTokenThatWasChangedIsNone() {
        for (int bit = 0; bit < token.length * Byte.SIZE; bit++) {
            byte[] changed = token.clone();
            changed[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
            assertThat(tokens.validate(CLIENT, changed, RETRY, 1)).isNull();
        }
        for (int length = 0; length < token.length; length++) {
            assertThat(tokens.validate(CLIENT, Arrays.copyOf(token, length), RETRY, 1))
                    .isNull();
        }
    }

    private static InetAddress address(int... bytes) {
        byte[] raw = new byte[bytes.length];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = (byte) bytes[i];
        }
        try {
            return InetAddress.getByAddress(raw);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- the gate

    /** Counts whom it ignores. */
    private static final class Told implements ListenerEvents {
        private final List<Ignored> ignored = new ArrayList<>();
        private boolean welcome = true;

        @Override
        public ConnectionEvents connected(Connection connection) {
            throw new AssertionError(connection);
        }

        @Override
        public boolean welcome(InetSocketAddress client) {
            return welcome;
        }

        @Override
        public void ignored(InetSocketAddress client, Ignored why) {
            ignored.add(why);
        }
    }

    private final Told told = new Told();

    // As much of an Initial packet as can be read without keys (RFC 9000, section 17.2.2).
    private static DatagramPacket initial(int id, byte[] token, int size) {
        ByteBuffer bytes = ByteBuffer.allocate(size);
        bytes.put((byte) 0xc3).putInt(1);
        bytes.put((byte) 8).putLong(id);
        bytes.put((byte) 0)
                .put((byte) (0x40 | token.length >> 8))
                .put((byte) token.length)
                .put(token);
        return new DatagramPacket(bytes.array(), size, CLIENT);
    }

    private static DatagramPacket initial(int id) {
        return initial(id, new byte[0], 1200);
    }

    private static byte[] id(int id) {
        return ByteBuffer.allocate(Long.BYTES).putLong(id).array();
    }

    private static DatagramSocket nowhere() throws SocketException {
        return new DatagramSocket(null);
    }

    @Test
    void soManyHandshakesAtATime() throws Exception {
        try (DatagramSocket socket = nowhere()) {
            Gate gate = new Gate(told, 2, false);
            assertThat(gate.admits(initial(1), socket)).isTrue();
            assertThat(gate.admits(initial(2), socket)).isTrue();
            assertThat(gate.admits(initial(3), socket)).isFalse();
            // Sent again, and the second datagram of a long hello.
            assertThat(gate.admits(initial(1), socket)).isTrue();
            assertThat(gate.pending()).isEqualTo(2);
            assertThat(told.ignored).containsExactly(ListenerEvents.Ignored.BUSY);
            gate.done(id(1));
            gate.done(id(1));
            assertThat(gate.admits(initial(3), socket)).isTrue();
            assertThat(gate.pending()).isEqualTo(2);
            // What comes late of the one that is over is not another.
            assertThat(gate.admits(initial(1), socket)).isTrue();
            assertThat(gate.admits(initial(4), socket)).isFalse();
        }
    }

    @Test
    void whatIsNoBeginningIsTheEnginesOrNobodys() throws Exception {
        try (DatagramSocket socket = nowhere()) {
            Gate gate = new Gate(told, 1, false);
            byte[] any = new byte[1200];
            for (int first = 0; first < 0xc0; first++) {
                any[0] = (byte) first;
                assertThat(gate.admits(new DatagramPacket(any, any.length, CLIENT), socket))
                        .isTrue();
            }
            // Too small to begin, cut off in the middle of its header, an id that is too long.
            assertThat(gate.admits(initial(1, new byte[0], 1199), socket)).isFalse();
            byte[] cut = initial(1).getData();
            for (int length = 8; length < 16; length++) {
                assertThat(gate.admits(new DatagramPacket(cut, length, CLIENT), socket))
                        .isFalse();
            }
            byte[] longId = initial(1).getData();
            longId[5] = 21;
            assertThat(gate.admits(new DatagramPacket(longId, longId.length, CLIENT), socket))
                    .isFalse();
            assertThat(gate.pending()).isZero();
            assertThat(told.ignored).isEmpty();
        }
    }

    @Test
    void mostOfThoseWithoutAChanceAreIgnored() throws Exception {
        try (DatagramSocket socket = nowhere()) {
            Gate gate = new Gate(told, 100, false);
            told.welcome = false;
            int admitted = 0;
            for (int i = 0; i < 50; i++) {
                admitted += gate.admits(initial(i), socket) ? 1 : 0;
            }
            // Five a second: two seconds may have begun.
            assertThat(admitted).isBetween(5, 10);
            assertThat(told.ignored).hasSize(50 - admitted).containsOnly(ListenerEvents.Ignored.UNWELCOME);
        }
    }

    @Test
    void whoComesWithoutATokenIsSentOneAndForgotten() throws Exception {
        try (DatagramSocket client = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Gate gate = new Gate(told, 1, true);
            DatagramPacket first = initial(7);
            first.setSocketAddress(client.getLocalSocketAddress());
            assertThat(gate.admits(first, server)).isFalse();
            assertThat(gate.pending()).isZero();

            client.setSoTimeout(2000);
            DatagramPacket answer = new DatagramPacket(new byte[1500], 1500);
            client.receive(answer);
            ByteBuffer retry = ByteBuffer.wrap(answer.getData(), 0, answer.getLength());
            assertThat(retry.get() & 0xf0).isEqualTo(0xf0);
            assertThat(retry.getInt()).isEqualTo(1);
            retry.position(retry.position() + 1 + retry.get(retry.position()));
            byte[] retryId = new byte[retry.get()];
            retry.get(retryId);
            byte[] given = new byte[retry.remaining() - 16];
            retry.get(given);

            DatagramPacket second = initial(0, given, 1200);
            System.arraycopy(retryId, 0, second.getData(), 6, retryId.length);
            second.setSocketAddress(client.getLocalSocketAddress());
            assertThat(gate.admits(second, server)).isTrue();
            assertThat(gate.pending()).isOne();
        }
    }
}
