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
 * The connection ids of a server, with the connection and address of each. Netty sends to the address from which the last datagram with an
 * id came, before quiche has authenticated that. So a connection is bound to the address that it was started from. On the event loop.
 */
final class ConnectionIds implements QuicConnectionIdGenerator {

    /** When a connection has this number of ids, those that are no longer in use are removed. */
    private static final int PRUNE_FROM = 4;

    /** A connection has two ids at a time, and the one that it started with. No more than this are added. */
    private static final int MAX_PER_CONNECTION = 64;

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

        boolean isFrom(InetSocketAddress sender) {
            return address.equals(sender);
        }
    }

    private final QuicConnectionIdGenerator netty = QuicConnectionIdGenerator.signGenerator();
    private final Map<ByteBuffer, Owner> owners = new HashMap<>();
    private @Nullable ByteBuffer given;

    // ---- owners

    /** The destination connection id of a datagram, as a view; null when it has none (RFC 9000, sections 17.2 and 17.3). */
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

    /** The owner of an id; null when it is unknown. */
    @Nullable Owner owner(ByteBuffer id) {
        return owners.get(id);
    }

    /** A datagram that may start a connection goes to Netty next. */
    void clearGiven() {
        given = null;
    }

    /** The id that Netty generated since {@link #clearGiven}; null when the client uses the one of a Retry packet. */
    byte @Nullable [] given() {
        return given == null ? null : bytes(given);
    }

    /** A connection has started with this id. Call {@link #connectionEnded} when it has ended. */
    Owner connectionCreated(NettyConnection connection, InetSocketAddress client, byte[] id) {
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

    void connectionEnded(Owner owner) {
        owner.ids.forEach(owners::remove);
    }

    // Ids that the client has retired (RFC 9000, section 19.16) are removed, since a connection may last for months.
    private void addAnother(Owner owner, ByteBuffer id) {
        if (owner.ids.size() >= PRUNE_FROM) {
            Set<ByteBuffer> used = NettyInternals.ids(owner.connection.channel());
            owner.ids.removeIf(each -> !used.isEmpty() && !used.contains(each) && owners.remove(each) != null);
        }
        if (owner.ids.size() < MAX_PER_CONNECTION) {
            add(owner, id);
        }
    }

    private static byte[] bytes(ByteBuffer id) {
        byte[] bytes = new byte[id.remaining()];
        id.duplicate().get(bytes);
        return bytes;
    }

    // ---- the generator for Netty

    @Override
    public ByteBuffer newId(int length) {
        return netty.newId(length);
    }

    /** Generates another id for the connection that has this one. */
    @Override
    public ByteBuffer newId(ByteBuffer one, int length) {
        Owner owner = owners.get(one);
        ByteBuffer id = netty.newId(one, length);
        if (owner != null) {
            addAnother(owner, ByteBuffer.wrap(bytes(id)));
        }
        return id;
    }

    /** Generates the first id of a new connection. */
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
