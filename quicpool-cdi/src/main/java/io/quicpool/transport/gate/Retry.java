package io.quicpool.transport.gate;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Writes Retry packets (RFC 9000, section 17.2.5), which ask a client to come back with the token. For one thread. */
public final class Retry {

    // RFC 9001, section 5.8. The key is public: the tag only shows that the packet is intact.
    private static final byte[] KEY = HexFormat.of().parseHex("be0c690b9f66575a1d766b54e368c84e");
    private static final byte[] NONCE = HexFormat.of().parseHex("461599d35d632bf2239825bb");
    private static final int TAG_BITS = 128;

    private static final SecretKeySpec SECRET = new SecretKeySpec(KEY, "AES");

    // The JDK refuses the same key and nonce twice in a row, so another nonce comes in between.
    private static final byte[] OTHER_NONCE = new byte[NONCE.length];

    // Kept, since asking the JDK for a cipher takes longer than everything else here.
    private final Cipher cipher;

    public Retry() {
        try {
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES/GCM", e);
        }
    }

    /** The packet that answers an Initial packet, and gives the client another connection id to come back with. */
    public byte[] answer(Initial initial, byte[] retryId, byte[] token) {
        ByteBuffer packet = ByteBuffer.allocate(
                1 + Integer.BYTES + 1 + initial.source.length + 1 + retryId.length + token.length + TAG_BITS / 8);
        packet.put((byte) 0xff).putInt(1);
        packet.put((byte) initial.source.length).put(initial.source);
        packet.put((byte) retryId.length).put(retryId);
        packet.put(token);
        packet.put(tag(initial.destination, packet.duplicate().flip()));
        return packet.array();
    }

    // RFC 9001, section 5.8: over the connection id that the client chose first, and the packet before the tag.
    private byte[] tag(byte[] firstId, ByteBuffer packet) {
        try {
            cipher.init(Cipher.ENCRYPT_MODE, SECRET, new GCMParameterSpec(TAG_BITS, OTHER_NONCE));
            cipher.init(Cipher.ENCRYPT_MODE, SECRET, new GCMParameterSpec(TAG_BITS, NONCE));
            cipher.updateAAD(new byte[] {(byte) firstId.length});
            cipher.updateAAD(firstId);
            cipher.updateAAD(packet);
            return cipher.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("each JDK can do this", e);
        }
    }
}
