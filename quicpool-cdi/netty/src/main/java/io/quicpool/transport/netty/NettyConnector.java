package io.quicpool.transport.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.util.concurrent.Future;
import io.quicpool.config.Endpoint;
import io.quicpool.config.Printable;
import io.quicpool.tls.RecordingTrust;
import io.quicpool.transport.CloseReason;
import io.quicpool.transport.ConnectSpec;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.security.cert.CertificateException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes one client connection, with its own socket and local port. */
final class NettyConnector {

    /** How many "port unreachable" in a row, without a datagram in between, end an established connection. */
    private static final int MAX_REFUSALS = 3;

    private static final int FAREWELL_MILLIS = 20;

    private final ConnectSpec spec;
    private final ConnectionEvents events;
    private final RecordingTrust trust;
    private final EventLoops.Share share;
    private volatile boolean refused;
    private volatile @Nullable NettyConnection made;

    NettyConnector(ConnectSpec spec, ConnectionEvents events) {
        this.spec = spec;
        this.events = events;
        this.trust = new RecordingTrust(spec.trust());
        this.share = EventLoops.ofClient(spec.poolName());
    }

    Connection connect() throws IOException, InterruptedException {
        Channel socket = null;
        try {
            socket = open();
            return handshake(socket);
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            end(socket);
            throw e;
        }
    }

    // The connection first: its CONNECTION_CLOSE cannot leave through a closed socket.
    private void end(@Nullable Channel socket) {
        NettyConnection connection = made;
        if (socket == null) {
            share.giveBack();
        } else if (connection == null) {
            NettyConnection.close(socket, share::giveBack);
        } else {
            NettyConnection.close(connection.channel(), () -> NettyConnection.close(socket, share::giveBack));
        }
    }

    private Channel open() throws IOException, InterruptedException {
        QuicSslContext context = NettyTls.client(spec, trust);
        Function<QuicChannel, QuicSslEngine> tls = quic -> context.newEngine(
                quic.alloc(), NettyTls.sni(spec.serverName()), spec.remote().getPort());
        ChannelFuture opened = Codec.socket(
                        share, pipeline -> share.codecs().add(pipeline.addLast(new SocketEvents()), spec, tls))
                // Connected, so that the system reports when nobody listens there.
                .connect(spec.remote());
        try {
            await(opened);
        } catch (IOException | InterruptedException e) {
            NettyConnection.close(opened.channel(), () -> {});
            throw e;
        }
        return opened.channel();
    }

    private Connection handshake(Channel socket) throws IOException, InterruptedException {
        Future<QuicChannel> connecting = QuicChannel.newBootstrap(socket)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        spec.connectTimeout().toMillis())
                .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, Codec.segments())
                .handler(new ChannelInitializer<QuicChannel>() {
                    @Override
                    protected void initChannel(QuicChannel channel) {
                        NettyConnection connection = new NettyConnection(channel, share, socket);
                        made = connection;
                        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelActive(ChannelHandlerContext context) {
                                connection.established(
                                        (InetSocketAddress) socket.localAddress(), spec.remote(), spec.idleTimeout());
                                connection.events(events);
                            }
                        });
                    }
                })
                // Only clients open streams. The server may open none.
                .streamHandler(new ChannelInboundHandlerAdapter())
                .remoteAddress(spec.remote())
                .connect();
        await(connecting);
        NettyConnection connection = Objects.requireNonNull(made);
        // Waits until the event loop has processed the handshake, and maybe the end, of the connection.
        await(connection.loop().submit(() -> {}));
        if (!connection.alive()) {
            // It was lost before the pool could get it.
            String endReason = connection.endReason();
            throw new IOException("cannot connect to " + Endpoint.text(spec.remote()) + ": "
                    + (endReason == null ? "the connection was lost at once" : endReason));
        }
        return connection;
    }

    private void await(Future<?> future) throws IOException, InterruptedException {
        // On an interrupt the caller closes the socket, and the rest with it.
        future.await();
        if (!future.isSuccess()) {
            throw new IOException(
                    "cannot connect to " + Endpoint.text(spec.remote()) + ": "
                            + Printable.said(failure(future.cause()), CloseReason.MAX_LENGTH),
                    Printable.cause(future.cause()));
        }
    }

    private String failure(Throwable cause) {
        CertificateException refusal = trust.refusal();
        if (refusal != null) {
            return String.valueOf(refusal.getMessage());
        }
        if (refused) {
            return "nobody listens there (port unreachable)";
        }
        if (cause instanceof io.netty.channel.ConnectTimeoutException) {
            return "no answer within " + spec.connectTimeout().toMillis() + " ms";
        }
        NettyConnection connection = made;
        String endReason = connection == null ? null : connection.endReason();
        return endReason == null ? String.valueOf(cause.getMessage()) : endReason;
    }

    /** Sees datagrams and errors of the socket before the codec does. */
    private final class SocketEvents extends ChannelInboundHandlerAdapter {

        private int refusals;

        @Override
        public void channelRead(ChannelHandlerContext context, Object datagram) {
            refusals = 0;
            NettyConnection connection = made;
            context.fireChannelRead(datagram);
            if (connection != null) {
                connection.datagramReadByClient();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            boolean nobody = cause instanceof PortUnreachableException || cause instanceof ConnectException;
            NettyConnection connection = made;
            if (!nobody || connection == null) {
                // QUIC sends again what is lost.
                return;
            }
            if (!connection.channel().isActive()) {
                refused = true;
                NettyConnection.close(connection.channel(), () -> {});
            } else if (++refusals == MAX_REFUSALS) {
                // The system reports refusals before datagrams that came earlier, such as a CONNECTION_CLOSE. Those are
                // read first.
                var later = connection
                        .loop()
                        .schedule(() -> endUnlessDatagramRead(connection), FAREWELL_MILLIS, TimeUnit.MILLISECONDS);
                assert later != null;
            }
        }

        private void endUnlessDatagramRead(NettyConnection connection) {
            if (refusals >= MAX_REFUSALS) {
                connection.noteEndReason("nobody listens there any more (port unreachable)");
                NettyConnection.close(connection.channel(), () -> {});
            }
        }
    }
}
