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
import io.quicpool.transport.EngineEvents;
import io.quicpool.transport.ListenSpec;
import io.quicpool.transport.Listener;
import io.quicpool.transport.ListenerEvents;
import io.quicpool.transport.ListenerEvents.Ignored;
import io.quicpool.transport.gate.Coalesced;
import io.quicpool.transport.gate.Gate;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** A socket at which clients connect, and their connections. Everything of them happens on one event loop. */
final class NettyListener implements Listener, Gate.Engine<QuicChannel> {

    // After the time for closing, for all of them together.
    private static final Duration LAST_STEPS = Duration.ofMillis(300);

    private final ListenSpec spec;
    private final ListenerEvents events;
    private final EventLoops.Share share;
    private final Gate<QuicChannel> gate;
    private final ConnectionIds ids = new ConnectionIds();
    private final Map<QuicChannel, NettyConnection> connections = new ConcurrentHashMap<>();
    private final Channel socket;
    private volatile QuicSslContext tls;

    private NettyListener(ListenSpec spec, ListenerEvents events, QuicSslContext tls)
            throws IOException, InterruptedException {
        this.spec = spec;
        this.events = events;
        this.tls = tls;
        this.gate = new Gate<>(events, spec.maxHandshakes(), spec.addressValidation(), this);
        this.share = EventLoops.of(spec.poolName());
        try {
            this.socket = bind();
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            share.giveBack();
            throw e;
        }
    }

    private Channel bind() throws IOException, InterruptedException {
        ChannelFuture bound = Codec.socket(share)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new RepeatedFins.Edge())
                                .addLast(share.poll().new Batches())
                                .addLast(new Entrance())
                                .addLast(codec());
                    }
                })
                .bind(spec.local());
        try {
            bound.await();
        } catch (InterruptedException e) {
            NettyConnection.quietly(bound.channel(), () -> {});
            throw e;
        }
        if (!bound.isSuccess()) {
            throw new IOException(String.valueOf(bound.cause().getMessage()), bound.cause());
        }
        return bound.channel();
    }

    static NettyListener open(ListenSpec spec, ListenerEvents events) throws IOException {
        // Everything that can be wrong with the certificate is found before a socket is opened.
        QuicSslContext tls = NettyTls.server(spec, spec.certificate());
        try {
            return new NettyListener(spec, events, tls);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private ChannelHandler codec() {
        AtomicReference<ChannelHandler> codec = new AtomicReference<>();
        codec.setPlain(codec(() -> NettyInternals.nextStreams(codec.getPlain(), streams())));
        return codec.getPlain();
    }

    // quiche gives it again for streams that have ended, and has no other way to change it.
    private int streams() {
        return Math.min(spec.maxStreams(), events.maxStreams(true));
    }

    // The argument is run before each connection begins.
    private ChannelHandler codec(Runnable begins) {
        return Codec.settings(new QuicServerCodecBuilder(), spec.idleTimeout(), spec.congestion())
                .initialMaxStreamsBidirectional(streams())
                .localConnectionIdLength(Gate.OUR_ID)
                .connectionIdAddressGenerator(ids)
                .tokenHandler(new GateTokenHandler())
                .sslEngineProvider(quic -> {
                    begins.run();
                    return tls.newEngine(quic.alloc());
                })
                .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, Codec.segments())
                .handler(new ChannelInitializer<QuicChannel>() {
                    @Override
                    protected void initChannel(QuicChannel channel) {
                        begun(channel);
                    }
                })
                .streamHandler(new ChannelInitializer<QuicStreamChannel>() {
                    @Override
                    protected void initChannel(QuicStreamChannel channel) {
                        NettyConnection connection = connections.get(channel.parent());
                        if (connection != null && !channel.isLocalCreated()) {
                            channel.pipeline().addLast(new NettyStream(connection, true));
                        }
                    }
                })
                .build();
    }

    // ---- connections; on the event loop

    private void begun(QuicChannel channel) {
        byte[] id = gate.beginning();
        gate.created(id, channel);
        byte[] given = ids.given();
        if (given != null) {
            gate.alias(id, given);
        }
        InetSocketAddress client = (InetSocketAddress) Objects.requireNonNull(channel.remoteSocketAddress());
        NettyConnection connection = new NettyConnection(channel, share, null, EngineEvents.REJECT_ALL);
        connection.whenCutOff(() -> events.ignored(client, Ignored.CUT_OFF));
        ConnectionIds.Owner owner = ids.begun(connection, client, id);
        channel.pipeline().addLast(connection).addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelActive(ChannelHandlerContext context) {
                gate.established(id);
                NettyTls.forgetTickets(channel);
                established(channel, connection);
            }
        });
        channel.closeFuture().addListener(end -> {
            gate.ended(id);
            connections.remove(channel);
            ids.ended(owner);
            // Nobody above has to close what has ended by itself.
            connection.close(0, "");
        });
    }

    private void established(QuicChannel channel, NettyConnection connection) {
        connection.established(
                (InetSocketAddress) Objects.requireNonNull(channel.localSocketAddress()),
                (InetSocketAddress) Objects.requireNonNull(channel.remoteSocketAddress()),
                spec.idleTimeout());
        connections.put(channel, connection);
        connection.events(events.connected(connection));
    }

    /**
     * Lets pass what belongs to a connection and comes from its address, and what the gate admits. A client whose address changes (RFC
     * 9000, section 9) is not followed, as over kwik: of what is on its way to the old address quiche sends only the first two datagrams
     * again, and Netty would follow whoever knows an id.
     */
    private final class Entrance extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            DatagramPacket datagram = (DatagramPacket) message;
            ByteBuf content = datagram.content();
            int first = Coalesced.handshakeOf(nio(content));
            if (first < content.readableBytes()) {
                // What stands behind a packet of the handshake comes by itself, see Coalesced.
                read(
                        context,
                        new DatagramPacket(content.readRetainedSlice(first), datagram.recipient(), datagram.sender()));
            }
            read(context, datagram);
        }

        private void read(ChannelHandlerContext context, DatagramPacket datagram) {
            ByteBuffer id = ConnectionIds.destination(nio(datagram.content()), Gate.OUR_ID);
            ConnectionIds.Owner owner = id == null ? null : ids.owner(id);
            if (owner == null ? !begins(datagram) : !owner.isAt(datagram.sender())) {
                if (owner != null) {
                    events.ignored(datagram.sender(), Ignored.MOVED);
                }
                datagram.release();
                return;
            }
            context.fireChannelRead(datagram);
            if (owner != null) {
                owner.connection().heard();
            }
        }

        private boolean begins(DatagramPacket datagram) {
            ByteBuf content = datagram.content();
            ids.expect();
            // With a short header nothing begins.
            return content.isReadable()
                    && content.getByte(content.readerIndex()) < 0
                    && gate.admits(nio(content), datagram.sender());
        }

        private static ByteBuffer nio(ByteBuf content) {
            return content.internalNioBuffer(content.readerIndex(), content.readableBytes());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // One client that cannot be reached must not end anything: what is lost is sent again.
        }
    }

    // ---- what the gate asks for

    @Override
    public void send(byte[] datagram, InetSocketAddress client) {
        // What is lost is asked for again.
        socket.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(datagram), client))
                .addListener(sent -> {});
    }

    @Override
    public void giveUp(QuicChannel connection) {
        NettyConnection.quietly(connection, () -> {});
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
        long deadline = System.nanoTime() + timeout.toNanos();
        long last = deadline + LAST_STEPS.toNanos();
        var left = connections.values().toArray(NettyConnection[]::new);
        for (NettyConnection connection : left) {
            connection.close(0, "listener closed");
        }
        boolean freed = true;
        try {
            for (NettyConnection connection : left) {
                freed &= connection.awaitClosed(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            }
            freed &= socket.close().await(Math.max(1, last - System.nanoTime()), TimeUnit.NANOSECONDS);
        } finally {
            // Whoever is interrupted here ends the waiting, not the closing.
            NettyConnection.quietly(socket, () -> {});
            share.giveBack();
        }
        freed &= share.awaitEnded(Duration.ofNanos(Math.max(1_000_000, last - System.nanoTime())));
        return freed;
    }
}
