package io.quicpool.transport.gate;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of Retry packets (RFC 9000, section 8.1.2). A token proves that a client receives what is sent to its address, and takes no
 * memory at the server. It holds the time and the connection id that the client chose first. A MAC binds it to the client's address and
 * port, and to the connection id that the Retry packet gave. For one thread.
 */
public final class RetryTokens {

    /** How long a token is valid. */
    static final Duration LIFETIME = Duration.ofSeconds(10);

    private static final String MAC = "HmacSHA256";
    private static final int MAC_LENGTH = 16;
    private static final int KEY_LENGTH = 32;

    /** The offset, in a token, of the connection id that the client chose first. */
    public static final int ID_OFFSET = Long.BYTES + MAC_LENGTH;

    /** The length of the connection id that a Retry packet gives. */
    public static final int RETRY_ID_LENGTH = 8;

    private final Mac mac;

    public RetryTokens() {
        byte[] secret = new byte[KEY_LENGTH];
        new SecureRandom().nextBytes(secret);
        try {
            mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(secret, MAC));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + MAC, e);
        }
    }

    /** Makes a token: the time, the MAC, and the connection id last, where engines expect it. */
    public byte[] issue(InetSocketAddress client, byte[] firstId, byte[] retryId, long now) {
        ByteBuffer content = ByteBuffer.allocate(Long.BYTES + firstId.length);
        content.putLong(now).put(firstId);
        ByteBuffer token = ByteBuffer.allocate(ID_OFFSET + firstId.length);
        token.putLong(now).put(mac(client, content.array(), retryId)).put(firstId);
        return token.array();
    }

    /** The connection id that the client chose first; null when the token is not ours, not for this client, or expired. */
    public byte @Nullable [] validate(InetSocketAddress client, byte[] token, byte[] retryId, long now) {
        if (token.length < ID_OFFSET || retryId.length != RETRY_ID_LENGTH) {
            return null;
        }
        byte[] said = Arrays.copyOfRange(token, Long.BYTES, ID_OFFSET);
        byte[] firstId = Arrays.copyOfRange(token, ID_OFFSET, token.length);
        long issued = ByteBuffer.wrap(token).getLong();
        ByteBuffer content = ByteBuffer.allocate(Long.BYTES + firstId.length);
        content.putLong(issued).put(firstId);
        return MessageDigest.isEqual(said, mac(client, content.array(), retryId)) && now - issued <= LIFETIME.toNanos()
                ? firstId
                : null;
    }

    private byte[] mac(InetSocketAddress client, byte[] content, byte[] retryId) {
        byte[] address = client.getAddress().getAddress();
        mac.update((byte) address.length);
        mac.update(address);
        mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(client.getPort()).flip());
        // Its length is checked. So no byte can move from one part to the next.
        mac.update(retryId);
        return Arrays.copyOf(mac.doFinal(content), MAC_LENGTH);
    }
}
