package io.quicpool.transport.kwik;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.crypto.Aead;
import tech.kwik.core.crypto.ConnectionSecrets;
import tech.kwik.core.generic.InvalidIntegerEncodingException;
import tech.kwik.core.generic.VariableLengthInteger;
import tech.kwik.core.impl.Role;
import tech.kwik.core.impl.Version;
import tech.kwik.core.impl.VersionHolder;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.packet.InitialPacket;

/**
 * Checks the lengths in frames (RFC 9000, section 19). kwik allocates what a frame says before it compares that with the packet: a
 * datagram could make it allocate 2 GB, the first one of an unknown client too.
 */
final class FrameLengths {

    /** A frame type that nobody has defined: kwik closes the connection with FRAME_ENCODING_ERROR. */
    private static final byte UNKNOWN = 0x3f;

    /** How kwik's log calls the payload of a packet. */
    private static final String PAYLOAD = "Decrypted payload";

    private static final int RESET_TOKEN = 16;
    private static final int PATH_DATA = 8;

    private FrameLengths() {}

    /** For {@link tech.kwik.core.log.Logger#decrypted(String, byte[])}, which kwik calls just before it parses a payload. */
    static void decrypted(String what, byte[] data) {
        if (what.equals(PAYLOAD)) {
            check(data);
        }
    }

    /** Turns the first frame that claims to be longer than the packet into one of an unknown type. */
    static void check(byte[] payload) {
        ByteBuffer frames = ByteBuffer.wrap(payload);
        try {
            while (frames.hasRemaining()) {
                int start = frames.position();
                long rest = restOfFrame(frames);
                if (rest > frames.remaining()) {
                    payload[start] = UNKNOWN;
                    return;
                }
                frames.position(frames.position() + (int) rest);
            }
        } catch (BufferUnderflowException | InvalidIntegerEncodingException cutOff) {
            // kwik notices that without allocating anything.
        }
    }

    // Reads the numbers of a frame, and returns the length of what follows them.
    private static long restOfFrame(ByteBuffer frames) throws InvalidIntegerEncodingException {
        int type = frames.get() & 0xff;
        return switch (type) {
            case 0x00, 0x01, 0x1e -> 0;
            case 0x02, 0x03 -> {
                skip(frames, 2);
                long ranges = number(frames);
                if (ranges > frames.remaining()) {
                    throw new BufferUnderflowException();
                }
                yield skip(frames, 1 + 2 * ranges + (type == 0x03 ? 3 : 0));
            }
            case 0x04 -> skip(frames, 3);
            case 0x05, 0x11, 0x15 -> skip(frames, 2);
            case 0x10, 0x12, 0x13, 0x14, 0x16, 0x17, 0x19 -> skip(frames, 1);
            case 0x06, 0x1d -> {
                skip(frames, 1);
                yield number(frames);
            }
            case 0x07, 0x31 -> number(frames);
            case 0x18 -> {
                skip(frames, 2);
                yield (frames.get() & 0xff) + RESET_TOKEN;
            }
            case 0x1a, 0x1b -> PATH_DATA;
            case 0x1c -> {
                skip(frames, 2);
                yield number(frames);
            }
            case 0x0a, 0x0b, 0x0e, 0x0f -> {
                skip(frames, (type & 0x04) == 0 ? 1 : 2);
                yield number(frames);
            }
            // The last frame of the packet, or one that kwik does not know.
            default -> frames.remaining();
        };
    }

    private static long skip(ByteBuffer frames, long numbers) throws InvalidIntegerEncodingException {
        for (long i = 0; i < numbers; i++) {
            number(frames);
        }
        return 0;
    }

    private static long number(ByteBuffer frames) throws InvalidIntegerEncodingException {
        return VariableLengthInteger.parseLong(frames);
    }

    /**
     * Whether a server can read an Initial packet that no connection has seen yet. kwik reads it without a logger.
     *
     * @param datagram begins with the packet
     * @param id the connection id that it is for
     */
    static boolean isSound(ByteBuffer datagram, byte[] id) {
        ConnectionSecrets secrets =
                new ConnectionSecrets(new VersionHolder(Version.QUIC_version_1), Role.Server, null, new NullLogger());
        secrets.computeInitialKeys(id);
        try {
            Aead keys = secrets.getPeerAead(EncryptionLevel.Initial);
            new InitialPacket(Version.QUIC_version_1).parse(datagram.slice(), keys, 0, new Check(), 0);
            return true;
        } catch (Exception unreadable) {
            return false;
        }
    }

    private static final class Check extends NullLogger {

        @Override
        public void decrypted(String what, byte[] data) {
            FrameLengths.decrypted(what, data);
        }
    }
}
