package io.quicpool.transport.netty;

import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connection ids of a server, and to which connection each belongs. Netty sends to wherever the last datagram with an id of a connection
 * came from, whoever sent it; a connection belongs to the address that it was begun from. On the event loop.
 */
final class ConnectionIds implements QuicConnectionIdGenerator {

    /** From here on it is looked which ids of a connection are in use. */
    private static final int FEW = 4;

    /** A connection has two at a time, and that with which it began: beyond this no more are learned. */
    private static final int MOST = 64;

    private static final int LONG_HEADER = 1 + Integer.BYTES;

    /** A connection and its address. */
    static final class Owner {

        private final NettyConnection connection;
        private final InetSocketAddress address;
        private final Set<ByteBuffer> ids = new HashSet<>();

        private Owner(NettyConnection connection, InetSocketAddress address) {
            this.connection = connection;
            this.address = address;
        }

        NettyConnection connection() {
            return connection;
        }

        boolean isAt(InetSocketAddress sender) {
            return address.equals(sender);
        }
    }

    private final QuicConnectionIdGenerator netty = QuicConnectionIdGenerator.signGenerator();
    private final Map<ByteBuffer, Owner> owners = new HashMap<>();
    private @Nullable ByteBuffer given;

    // ---- whose a datagram is

    /** The id that a datagram is for, a view of it; null when it has none (RFC 9000, sections 17.2 and 17.3). */
    static @Nullable ByteBuffer destination(ByteBuffer datagram, int length) {
        int start = datagram.position();
        boolean isLong = datagram.hasRemaining() && datagram.get(start) < 0;
        int before = isLong ? LONG_HEADER + 1 : 1;
        if (datagram.remaining() < before) {
            return null;
        }
        int size = isLong ? datagram.get(start + LONG_HEADER) & 0xff : length;
        return datagram.remaining() < before + size ? null : datagram.slice(start + before, size);
    }

    /** Whose an id is; null when it is nobody's. */
    @Nullable Owner owner(ByteBuffer id) {
        return owners.get(id);
    }

    /** What may begin a connection is handed to Netty now. */
    void expect() {
        given = null;
    }

    /** The id that was given since; null when the client brought one that a Retry packet has given. */
    byte @Nullable [] given() {
        return given == null ? null : bytes(given);
    }

    /** A connection has begun with an id; it ends with {@link #ended}. */
    Owner begun(NettyConnection connection, InetSocketAddress client, byte[] id) {
        Owner owner = new Owner(connection, client);
        add(owner, ByteBuffer.wrap(id));
        if (given != null) {
            add(owner, given);
        }
        return owner;
    }

    private void add(Owner owner, ByteBuffer id) {
        if (owners.putIfAbsent(id, owner) == null) {
            owner.ids.add(id);
        }
    }

    void ended(Owner owner) {
        owner.ids.forEach(owners::remove);
    }

    // Of a connection that may go on for months those that its client has retired (RFC 9000, section 19.16) are
    // forgotten.
    private void another(Owner owner, ByteBuffer id) {
        if (owner.ids.size() >= FEW) {
            Set<ByteBuffer> used = NettyInternals.ids(owner.connection.channel());
            owner.ids.removeIf(each -> !used.isEmpty() && !used.contains(each) && owners.remove(each) != null);
        }
        if (owner.ids.size() < MOST) {
            add(owner, id);
        }
    }

    private static byte[] bytes(ByteBuffer id) {
        byte[] bytes = new byte[id.remaining()];
        id.duplicate().get(bytes);
        return bytes;
    }

    // ---- what Netty asks for

    @Override
    public ByteBuffer newId(int length) {
        return netty.newId(length);
    }

    /** Another id for the connection that has one. */
    @Override
    public ByteBuffer newId(ByteBuffer one, int length) {
        Owner owner = owners.get(one);
        ByteBuffer id = netty.newId(one, length);
        if (owner != null) {
            another(owner, ByteBuffer.wrap(bytes(id)));
        }
        return id;
    }

    /** The first id for what begins. */
    @Override
    public ByteBuffer newId(ByteBuffer scid, ByteBuffer dcid, int length) {
        ByteBuffer id = netty.newId(scid, dcid, length);
        given = ByteBuffer.wrap(bytes(id));
        return id;
    }

    @Override
    public int maxConnectionIdLength() {
        return netty.maxConnectionIdLength();
    }

    @Override
    public boolean isIdempotent() {
        return netty.isIdempotent();
    }
}
