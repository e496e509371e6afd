package io.quicpool.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.quicpool.config.KeyMaterial;
import io.quicpool.transport.Deadline;
import io.quicpool.transport.Gate;
import io.quicpool.transport.ListenSpec;
import io.quicpool.transport.Listener;
import io.quicpool.transport.ListenerEvents.Ignored;
import io.quicpool.transport.gate.Coalesced;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** A server socket of Netty, and its connections, all on one event loop. */
final class NettyListener implements Listener, Gate.Engine<QuicChannel> {

    // What closing may take beyond its time-out.
    private static final Duration GRACE = Duration.ofMillis(300);

    private final ListenSpec spec;
    private final EventLoops.Share share;
    private final Gate<QuicChannel> gate;
    private final ConnectionIds ids = new ConnectionIds();
    private final Map<QuicChannel, NettyConnection> connections = new ConcurrentHashMap<>();
    private final Channel socket;
    private volatile QuicSslContext tls;

    private NettyListener(ListenSpec spec, Gate.Factory gates, QuicSslContext tls)
            throws IOException, InterruptedException {
        this.spec = spec;
        this.tls = tls;
        this.gate = gates.make(this);
        this.share = EventLoops.ofListener(spec.poolName());
        try {
            this.socket = bind();
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            share.giveBack();
            throw e;
        }
    }

    private Channel bind() throws IOException, InterruptedException {
        ChannelFuture bound = Codec.socket(share, pipeline -> pipeline.addLast(new DatagramFilter())
                        .addLast(codec()))
                .bind(spec.local());
        try {
            bound.await();
        } catch (InterruptedException e) {
            NettyConnection.close(bound.channel(), () -> {});
            throw e;
        }
        if (!bound.isSuccess()) {
            throw new IOException(String.valueOf(bound.cause().getMessage()), bound.cause());
        }
        return bound.channel();
    }

    static NettyListener open(ListenSpec spec, Gate.Factory gates) throws IOException {
        // Every problem with the certificate is found before a socket is opened.
        QuicSslContext tls = NettyTls.server(spec, spec.certificate());
        try {
            return new NettyListener(spec, gates, tls);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private ChannelHandler codec() {
        AtomicReference<ChannelHandler> codec = new AtomicReference<>();
        codec.setPlain(codec(() -> NettyInternals.maxStreamsForNewConnections(codec.getPlain(), maxStreams())));
        return codec.getPlain();
    }

    // quiche fixes this for a connection, and gives credit again only for streams that have ended.
    private int maxStreams() {
        return Math.min(spec.maxStreams(), gate.maxStreams(true));
    }

    // The action runs before each handshake.
    private ChannelHandler codec(Runnable beforeHandshake) {
        return Codec.settings(new QuicServerCodecBuilder(), spec.idleTimeout(), spec.congestion())
                .initialMaxStreamsBidirectional(maxStreams())
                .localConnectionIdLength(Gate.CONNECTION_ID_LENGTH)
                .connectionIdAddressGenerator(ids)
                .tokenHandler(new GateTokenHandler())
                .sslEngineProvider(quic -> {
                    beforeHandshake.run();
                    return tls.newEngine(quic.alloc());
                })
                .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, Codec.segments())
                .handler(new ChannelInitializer<QuicChannel>() {
                    @Override
                    protected void initChannel(QuicChannel channel) {
                        connectionCreated(channel);
                    }
                })
                .streamHandler(new ChannelInitializer<QuicStreamChannel>() {
                    @Override
                    protected void initChannel(QuicStreamChannel channel) {
                        NettyConnection connection = connections.get(channel.parent());
                        if (connection != null && !channel.isLocalCreated()) {
                            channel.pipeline().addLast(new NettyStream(connection, true).handler());
                        }
                    }
                })
                .build();
    }

    // ---- connections; on the event loop

    private void connectionCreated(QuicChannel channel) {
        byte[] id = gate.lastAdmittedId();
        gate.created(id, channel);
        byte[] given = ids.given();
        if (given != null) {
            gate.alias(id, given);
        }
        InetSocketAddress client = (InetSocketAddress) Objects.requireNonNull(channel.remoteSocketAddress());
        NettyConnection connection = new NettyConnection(channel, share, null);
        connection.whenViolation(() -> gate.ignored(client, Ignored.CUT_OFF));
        ConnectionIds.Owner owner = ids.connectionCreated(connection, client, id);
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelActive(ChannelHandlerContext context) {
                NettyTls.invalidateTickets(channel);
                established(id, channel, connection);
            }
        });
        channel.closeFuture().addListener(end -> {
            String reason = connection.endReason();
            gate.ended(id, reason == null ? "" : reason);
            connections.remove(channel);
            ids.connectionEnded(owner);
            // Frees a connection that has ended by itself: no pool has to close it.
            connection.close(0, "");
        });
    }

    private void established(byte[] id, QuicChannel channel, NettyConnection connection) {
        connection.established(
                (InetSocketAddress) Objects.requireNonNull(channel.localSocketAddress()),
                (InetSocketAddress) Objects.requireNonNull(channel.remoteSocketAddress()),
                spec.idleTimeout());
        connections.put(channel, connection);
        connection.events(gate.connected(id, connection));
    }

    /**
     * Passes datagrams that belong to a connection and come from its address, and those that the gate admits. A client whose address
     * changes (RFC 9000, section 9) is not followed, as over kwik. Of the datagrams on their way to the old address quiche would send only
     * the first two again, and Netty would follow anybody who knows a connection id.
     */
    private final class DatagramFilter extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            DatagramPacket datagram = (DatagramPacket) message;
            ByteBuf content = datagram.content();
            int first = Coalesced.firstHandshakeLength(nio(content));
            if (first < content.readableBytes()) {
                // The rest after a Handshake packet is read separately, see Coalesced.
                read(
                        context,
                        new DatagramPacket(content.readRetainedSlice(first), datagram.recipient(), datagram.sender()));
            }
            read(context, datagram);
        }

        private void read(ChannelHandlerContext context, DatagramPacket datagram) {
            ByteBuffer id = ConnectionIds.destination(nio(datagram.content()), Gate.CONNECTION_ID_LENGTH);
            ConnectionIds.Owner owner = id == null ? null : ids.owner(id);
            if (owner == null ? !mayStart(datagram) : !owner.isFrom(datagram.sender())) {
                if (owner != null) {
                    gate.ignored(datagram.sender(), Ignored.MOVED);
                }
                datagram.release();
                return;
            }
            context.fireChannelRead(datagram);
            if (owner != null) {
                owner.connection().datagramRead();
            }
        }

        private boolean mayStart(DatagramPacket datagram) {
            ByteBuf content = datagram.content();
            ids.clearGiven();
            // A packet with a short header starts no connection.
            return content.isReadable()
                    && content.getByte(content.readerIndex()) < 0
                    && gate.admits(nio(content), datagram.sender());
        }

        private static ByteBuffer nio(ByteBuf content) {
            return content.internalNioBuffer(content.readerIndex(), content.readableBytes());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // A client that cannot be reached must not end anything: QUIC sends again what is lost.
        }
    }

    // ---- the engine of the gate

    @Override
    public void send(byte[] datagram, InetSocketAddress client) {
        // If this is lost, the client asks again.
        socket.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(datagram), client))
                .addListener(sent -> {});
    }

    @Override
    public void giveUp(QuicChannel connection) {
        NettyConnection.close(connection, () -> {});
    }

    @Override
    public boolean ignoresTokens() {
        return false;
    }

    // ---- the listener

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) socket.localAddress();
    }

    @Override
    public boolean alive() {
        return socket.isOpen();
    }

    @Override
    public void certificate(KeyMaterial certificate) throws IOException {
        tls = NettyTls.server(spec, certificate);
    }

    @Override
    public void sweep() {
        gate.sweep();
    }

    @Override
    public void stopAccepting() {
        gate.close();
    }

    @Override
    public boolean close(Duration timeout) throws InterruptedException {
        Deadline deadline = Deadline.after(timeout);
        Deadline last = deadline.plus(GRACE);
        var left = connections.values().toArray(NettyConnection[]::new);
        for (NettyConnection connection : left) {
            connection.close(0, "listener closed");
        }
        boolean freed = true;
        try {
            for (NettyConnection connection : left) {
                freed &= connection.awaitClosed(deadline.remaining());
            }
            freed &= socket.close().await(last.nanosLeft(), TimeUnit.NANOSECONDS);
        } finally {
            // An interrupt ends the waiting, not the closing.
            NettyConnection.close(socket, () -> {});
            share.giveBack();
        }
        freed &= share.awaitEnded(last.remaining());
        return freed;
    }
}
